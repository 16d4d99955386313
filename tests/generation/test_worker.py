"""Real worker processes, killed in the middle."""

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from billing import credits
from billing.models import Hold
from generation import lifecycle, scheduling, upkeep
from generation.models import Job, Model, Worker
from generation.watchdog import Watchdog
from tests.generation.asking import again, ask, told
from tests.generation.processes import children, until, worker

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def status(job: Job) -> str:
    return again(job).status


def running(job: Job) -> Any:
    return lambda: status(job) == "running"


def ended(job: Job) -> Any:
    return lambda: again(job).ended


def test_worker_makes_what_waits_and_what_comes(rich: User, patient: Model) -> None:
    waiting = ask(rich)
    with worker():
        until(ended(waiting), "the job that waited")
        coming = ask(rich)
        until(ended(coming), "the job that came")
    assert (status(waiting), status(coming)) == ("succeeded", "succeeded")
    assert not Worker.objects.exists()


def test_killed_worker_loses_nothing(rich: User, patient: Model, tmp_path: Path) -> None:
    with worker() as watchdog:
        job = ask(rich, f"waits for {tmp_path / 'gate'}", steps=60)
        until(running(job), "running")
        os.kill(children(watchdog)[0], signal.SIGKILL)
        (tmp_path / "gate").touch()
        until(lambda: again(job).attempts == 2, "running again", 45)
        until(ended(job), "done")
    job = again(job)
    assert (job.status, job.crashes, credits.balance(rich).available) == ("succeeded", 1, 1000 - job.quoted)
    assert list(dict.fromkeys(told(job))) == ["queued", "running", "succeeded"]


def test_killed_house_is_noticed_by_its_lease(rich: User, patient: Model, monkeypatch: Any) -> None:
    with worker() as watchdog:
        job = ask(rich, "takes 60", steps=60)
        until(running(job), "running")
        worker_process = children(watchdog)[0]
        os.kill(watchdog.pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{worker_process}").exists(), "an orphan does not live on", 5)
    upkeep.give_back_lost()
    assert status(job) == "running"
    Job.objects.update(lease_until=timezone.now())
    upkeep.give_back_lost()
    assert status(job) == "queued"
    with worker():
        until(running(job), "running again")
        lifecycle.cancel(again(job))
        until(ended(job), "canceled", 5)


def test_worker_that_dies_of_a_job_is_not_killed_for_ever(rich: User, patient: Model) -> None:
    bad = ask(rich, "kills")
    with worker(WORKER_RESTS="0"):
        until(ended(bad), "put aside")
        good = ask(rich)
        until(ended(good), "others go on")
    assert again(bad).error["code"] == "quarantined"
    assert status(good) == "succeeded"
    assert credits.balance(rich) == credits.balance(rich).__class__(available=996, held=0, debt=0)


def test_frozen_worker_finishes_nothing(rich: User, patient: Model) -> None:
    with worker() as watchdog:
        job = ask(rich, "takes 3", steps=30)
        until(running(job), "running")
        frozen = children(watchdog)[0]
        os.kill(frozen, signal.SIGSTOP)
        os.kill(watchdog.pid, signal.SIGSTOP)
        Job.objects.update(lease_until=timezone.now())
        upkeep.give_back_lost()
        os.kill(frozen, signal.SIGCONT)
        os.kill(watchdog.pid, signal.SIGCONT)
        until(ended(job), "done by the second attempt")
    job = again(job)
    assert (job.status, job.attempts, job.charged) == ("succeeded", 2, 4 * 30 // 4)
    assert told(job).count("succeeded") == 1


def stick(rich: User, **clocks: str) -> float:
    """Seconds past its deadline until a job was ended whose worker is deaf to everything."""
    with worker(JOB_SECONDS="1", **clocks):
        job = ask(rich, "hangs")
        until(running(job), "running")
        until(ended(job), "ended", 40)
        good = ask(rich)
        until(ended(good), "the place is free again")
    stuck = again(job)
    assert (stuck.error["code"], status(good)) == ("timed_out", "succeeded")
    assert credits.balance(rich).available == 996
    assert Hold.objects.get(reference=job.reference).state == "released"
    return float((stuck.finished_at - stuck.deadline).total_seconds())


def test_stuck_in_c_is_killed_soon_after_its_deadline(rich: User, patient: Model) -> None:
    assert stick(rich, WORKER_LATE="1") <= 1 + 2


@pytest.mark.nightly
def test_stuck_in_c_is_killed_within_ten_seconds_of_its_deadline(rich: User, patient: Model) -> None:
    past = stick(rich)
    log.info("killed %.1f s past its deadline", past)
    assert past <= 10


def test_term_finishes_what_runs(rich: User, patient: Model) -> None:
    with worker() as watchdog:
        job, next_one = ask(rich, "takes 2", steps=20), ask(rich)
        until(running(job), "running")
        watchdog.terminate()
        watchdog.wait(20)
    assert (status(job), again(job).attempts, status(next_one)) == ("succeeded", 1, "queued")


@pytest.mark.parametrize("asked_to_go", [True, False])
def test_a_job_is_not_blamed_for_a_house_that_restarts(
    rich: User, patient: Model, settings: Any, asked_to_go: bool
) -> None:
    """Three deployments in the middle of what takes longer than a worker's grace would put it aside for ever."""
    settings.WORKER_GRACE = 0.1
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    watchdog = Watchdog([sys.executable, "-c", deaf], "w", "images")
    job = ask(rich)
    scheduling.claim("images", "w", (), scheduling.Together({}))
    watchdog._spawn()
    assert watchdog.child is not None
    if asked_to_go:
        watchdog._stop()
    else:
        watchdog.child.kill()
    watchdog._watch(timezone.now())
    assert (status(job), again(job).crashes) == ("queued", 0 if asked_to_go else 1)
