"""Who waits for providers hardly computes: one process carries many of their jobs, each in a thread of its own."""

import threading

from django.conf import settings
from django.db import close_old_connections, connections

from generation import execution, watching
from generation.models import REMOTE

_room = threading.BoundedSemaphore(settings.REMOTE_AT_ONCE)


def carry() -> None:
    """One more thread, while there is room. Those that are there look for the next job themselves."""
    if _room.acquire(blocking=False):
        threading.Thread(target=_work_off, name="carrier").start()


def _work_off() -> None:
    try:
        while not watching.draining():
            close_old_connections()
            jobs = execution.claim(REMOTE)
            if not jobs:
                return
            # Where one waits there may be more, whose bell nobody heard.
            carry()
            execution.run(jobs)
    finally:
        connections.close_all()
        _room.release()
