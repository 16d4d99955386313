"""Who waits for providers hardly computes: one process carries many of their jobs, each in a thread of its own."""

import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import close_old_connections, connections

from generation import execution, watching
from generation.broadcast import LOST
from generation.models import REMOTE, Job

_carried: set[int] = set()
_room = threading.BoundedSemaphore(settings.REMOTE_AT_ONCE)


def carry() -> None:
    """One more thread, while there is room. Those that are there look for the next job themselves."""
    if _room.acquire(blocking=False):
        threading.Thread(target=_work_off, name="carrier").start()


def _work_off() -> None:
    try:
        while not watching.draining():
            close_old_connections()
            try:
                jobs = execution.claim(REMOTE)
            except LOST:
                execution.give_back(_carried)
                continue
            if not jobs:
                return
            # Where one waits there may be more, whose bell nobody heard.
            carry()
            _run(jobs)
    finally:
        connections.close_all()
        _room.release()


def _run(jobs: Sequence[Job]) -> None:
    ours = {job.pk for job in jobs}
    _carried.update(ours)
    try:
        execution.run(jobs)
    finally:
        _carried.difference_update(ours)
