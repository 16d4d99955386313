"""Watches one warm worker from outside its process: beats for it while it is well, ends it when it is not.

The worker may sit in a C call for minutes, deaf to every signal that Python could handle. This process never imports
torch and can always act.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import QuerySet
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from generation import lifecycle, tasks
from generation.models import REMOTE, Job, Status, Worker

log = logging.getLogger(__name__)

LOOK = 0.5
DEADLINES = 1.0
SILENCE = 25.0  # a worker that says nothing for so long does not run Python any more
# Threads that wait by spinning slow each other down tenfold as soon as anything else wants the processor.
SHARING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)


class Watchdog:
    def __init__(self, command: Sequence[str], name: str, pool: str) -> None:
        self.command, self.name, self.pool = command, name, pool
        self.child: subprocess.Popen[bytes] | None = None
        self.ticks = -1
        self.ticked = self.beaten = self.looked = self.born = time.monotonic()
        self.said: dict[str, object] = {}
        self.stopping_at: float | None = None
        self.falls = 0

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        started = timezone.now()
        try:
            while self._rested():
                self._spawn()
                self._watch(started)
        finally:
            self._kill()
            self._lost(crashed=False)
            Worker.objects.filter(name=self.name).delete()

    def _rested(self) -> bool:
        """A worker that falls again and again is given time. False when the watchdog itself was asked to end."""
        over = time.monotonic() + min(PAUSES[min(self.falls, len(PAUSES) - 1)], settings.WORKER_RESTS)
        while self.stopping_at is None and time.monotonic() < over:
            time.sleep(min(LOOK, max(0.0, over - time.monotonic())))
        return self.stopping_at is None

    def _spawn(self) -> None:
        self.ticks, pipe = os.pipe()
        os.set_blocking(self.ticks, False)
        environment = SHARING | os.environ | {"WORKER_NAME": self.name, "WORKER_PIPE": str(pipe)}
        self.child = subprocess.Popen(self.command, pass_fds=[pipe], env=environment, start_new_session=True)
        os.close(pipe)
        self.ticked, self.born = time.monotonic() + settings.WORKER_STARTS_IN, time.monotonic()

    def _watch(self, started: datetime) -> None:
        """Until the child is gone."""
        child = self.child
        assert child is not None  # noqa: S101 - spawned by the caller
        with selectors.DefaultSelector() as selector:
            selector.register(self.ticks, selectors.EVENT_READ)
            while child.poll() is None:
                if selector.select(LOOK):
                    self._listen()
                self._look(started)
        os.close(self.ticks)
        self.falls = 0 if time.monotonic() - self.born > PAUSES[-1] else self.falls + 1
        # Whoever was asked to go and was not done in time did not fall over its job.
        self._lost(crashed=child.returncode != 0 and self.stopping_at is None)

    def _listen(self) -> None:
        try:
            lines = os.read(self.ticks, 65536).decode().splitlines()
        except BlockingIOError:
            return
        if lines:
            self.ticked = max(self.ticked, time.monotonic())
            self.said = json.loads(lines[-1])
        else:
            time.sleep(LOOK)

    def _look(self, started: datetime) -> None:
        now = time.monotonic()
        if self.stopping_at is not None and now - self.stopping_at > settings.WORKER_GRACE:
            self._kill()
        if now - self.ticked > SILENCE:
            log.error("the worker is silent", extra={"worker": self.name})
            self._kill()
        try:
            if now - self.beaten >= settings.WORKER_LEASE / 4:
                self.beaten = now
                close_old_connections()
                self._beat(started)
            if now - self.looked >= DEADLINES:
                self.looked = now
                self._end_overdue()
        except (OperationalError, InterfaceError) as error:
            log.warning("could not beat", extra={"worker": self.name, "reason": repr(error)})
            connection.close()

    def _beat(self, started: datetime) -> None:
        facts = {
            "pool": self.pool, "warm": self.said.get("warm", {}), "memory": self.said.get("memory", 0),
            "device": str(self.said.get("device", "")), "memory_total": self.said.get("memory_total", 0),
            "started_at": started, "seen_at": timezone.now(),
        }  # fmt: skip
        Worker.objects.update_or_create(name=self.name, defaults=facts)
        lifecycle.beat(self.name)

    def _end_overdue(self) -> None:
        overdue = list(self._running().filter(deadline__lt=timezone.now() - timedelta(seconds=settings.WORKER_LATE)))
        if overdue:
            log.error("the worker does not stop at its deadline", extra={"worker": self.name})
            # Who carries many jobs lets go of one: a thread that waits for a provider holds no card.
            if self.pool != REMOTE:
                self._kill()
            for job in overdue:
                lifecycle.expire(job)

    def _running(self) -> QuerySet[Job]:
        return Job.objects.filter(worker=self.name, status=Status.RUNNING)

    def _lost(self, *, crashed: bool) -> None:
        try:
            close_old_connections()
            lost = [lifecycle.lose(job, crashed=crashed) for job in self._running()]
        except (OperationalError, InterfaceError) as error:
            log.warning("could not give jobs back", extra={"worker": self.name, "reason": repr(error)})
            return
        if any(lost):
            tasks.ring(self.pool)

    def _stop(self) -> None:
        if self.stopping_at is None:
            self.stopping_at = time.monotonic()
            self._signal(signal.SIGTERM)

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self.child is not None:
            self.child.wait()

    def _signal(self, number: int) -> None:
        if self.child is not None and self.child.poll() is None:
            os.killpg(self.child.pid, number)
