"""The process that looks after things by the clock, so that no one has to install cron.

Each task has a thread and a clock of its own: what reads a million files must not delay what notices a dead worker.
"""

import logging
import signal
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.module_loading import import_string
from prometheus_client import Counter

log = logging.getLogger(__name__)

GRACE = 8.0  # seconds for what is at work when we are to end; containers are killed after ten
CALLS = Counter("klikyai_upkeep_total", "Calls of upkeep's tasks", ["task", "end"])


class Command(BaseCommand):
    help = "Call each of settings.UPKEEP every so many seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        keep(settings.UPKEEP, stop)


def keep(tasks: Mapping[str, float], stop: Event) -> None:
    """Until asked to stop. A task is called again so many seconds after it ended, so it never runs twice at once."""
    found: dict[str, Callable[[], object]] = {task: import_string(task) for task in tasks}
    threads = [
        # Daemons: one that is stuck must not keep the process.
        Thread(target=_call_again_and_again, args=(task, call, tasks[task], stop), name=task, daemon=True)
        for task, call in found.items()
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    over = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(0.0, over - time.monotonic()))


def _call_again_and_again(task: str, call: Callable[[], object], pause: float, stop: Event) -> None:
    while not stop.is_set():
        perform(task, call)
        stop.wait(pause)


def perform(task: str, call: Callable[[], object]) -> None:
    try:
        _call(call)
    except Exception:
        CALLS.labels(task, "failed").inc()
        log.exception("upkeep failed", extra={"task": task})
    else:
        CALLS.labels(task, "done").inc()


def _call(call: Callable[[], object]) -> None:
    try:
        call()
    finally:
        connections.close_all()
