"""Between the thread that computes and the rest of the house: progress out, wishes to stop in, neither ever waits."""

import base64
import json
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

from django.db import close_old_connections, connection
from django.utils import timezone

from generation import broadcast, lifecycle
from generation.broadcast import LOST
from generation.contract import Progress
from generation.models import Job, Status

log = logging.getLogger(__name__)

LOOK = 0.5  # seconds between two looks at the database
WRITE = 0.5
PREVIEW = 0.25
TICK = 1.0

_draining = threading.Event()
_warm: dict[str, Mapping[str, int]] = {}


class Watcher:
    """Of the jobs that are computed together."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = {str(job.public_id): job for job in jobs}
        self._latest: dict[str, Progress] = {}
        self._written = dict.fromkeys(self._jobs, time.monotonic())
        self._shown = dict.fromkeys(self._jobs, 0.0)
        self._stopped: set[str] = set()
        self._late: set[str] = set()
        self._bell, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_telling, name="watcher", daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._bell.set()
        self._thread.join()

    def progress(self, job: str, progress: Progress) -> None:
        self._latest[job] = progress
        self._bell.set()

    def wants_preview(self, job: str) -> bool:
        now = time.monotonic()
        if now - self._shown[job] < PREVIEW:
            return False
        self._shown[job] = now
        return True

    def stopped(self, job: str) -> bool:
        return job in self._stopped

    def late(self, job: str) -> bool:
        return job in self._late

    def _keep_telling(self) -> None:
        looked = time.monotonic()
        while not self._over.is_set():
            self._bell.wait(LOOK)
            self._bell.clear()
            try:
                if time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    self._look()
                    close_old_connections()
                self._tell()
            except LOST:
                # Progress is worth no job: the database is asked again at the next look.
                connection.close()
            except Exception:
                # Without this thread nobody would hear that the job is to stop.
                log.exception("progress could not be told")
        connection.close()

    def _tell(self) -> None:
        for name in list(self._latest):
            self._tell_one(self._jobs[name], self._latest.pop(name))

    def _tell_one(self, job: Job, progress: Progress) -> None:
        name = str(job.public_id)
        if progress.preview is not None:
            picture = "data:image/webp;base64," + base64.b64encode(progress.preview).decode()
            broadcast.show_preview(job.user_id, name, progress.step, progress.steps, picture)
        if time.monotonic() - self._written[name] >= WRITE and job.token is not None:
            self._written[name] = time.monotonic()
            if not lifecycle.advance(job, job.token, progress.step, progress.steps, progress.stage):
                self._stopped.add(name)

    def _look(self) -> None:
        now = timezone.now()
        rows = Job.objects.filter(pk__in=[job.pk for job in self._jobs.values()], status=Status.RUNNING)
        wanted = {
            pk: (token, deadline)
            for pk, token, deadline in rows.filter(cancel_wanted_at=None).values_list("pk", "token", "deadline")
        }
        for name, job in self._jobs.items():
            token, deadline = wanted.get(job.pk, (None, None))
            if deadline is not None and deadline < now:
                self._late.add(name)
            if token != job.token or name in self._late:
                self._stopped.add(name)


def draining() -> bool:
    return _draining.is_set()


def drain() -> None:
    """Finish what runs and claim nothing more."""
    _draining.set()


def warm() -> Mapping[str, int]:
    return {slug: size for models in list(_warm.values()) for slug, size in models.items()}


def report(engine: str, models: Mapping[str, int]) -> None:
    _warm[engine] = dict(models)


def keep_ticking(pipe: int) -> threading.Thread:
    """Says that this process still runs Python, and dies with the watchdog that listens."""
    thread = threading.Thread(target=_tick, args=(pipe,), name="tick", daemon=True)
    thread.start()
    return thread


def _tick(pipe: int) -> None:
    while True:
        line = json.dumps({"warm": dict(warm()), "memory": resident()}) + "\n"
        try:
            os.write(pipe, line.encode())
        except OSError:
            os._exit(1)
        time.sleep(TICK)


def resident() -> int:
    """Bytes of memory that this process holds."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
