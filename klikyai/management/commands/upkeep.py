"""The process that looks after things by the clock, so that no one has to install cron."""

import importlib
import logging
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Call each of settings.UPKEEP every so many seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        due = dict.fromkeys(settings.UPKEEP, 0.0)
        while not stop.wait(0.5):
            for task in [task for task, moment in due.items() if moment <= time.monotonic()]:
                _perform(task)
                due[task] = time.monotonic() + settings.UPKEEP[task]


def _perform(task: str) -> None:
    module, _, name = task.rpartition(".")
    close_old_connections()
    try:
        getattr(importlib.import_module(module), name)()
    except Exception:
        log.exception("upkeep failed", extra={"task": task})
