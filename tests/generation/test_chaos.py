"""Workers that die at the worst moments, and a house that forgets nothing and charges nothing twice."""

import logging
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from accounts import limits
from accounts.models import User
from billing.invariants import broken
from billing.models import Hold, Transfer
from generation import upkeep
from generation.models import ENDED, Event, Job, Model
from media.models import Asset
from tests.generation.asking import ask
from tests.generation.conftest import grant, roomy
from tests.generation.processes import children, started, until

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

# After which step of its work a worker falls over, once, when the file is there to say so.
FALLS = """
import os, sys, pathlib
import django
django.setup()
from django.core.management import call_command
from generation import execution, lifecycle, scheduling

place = pathlib.Path(os.environ["FALLS"])

def fall(point):
    for order in place.glob(point + "-*"):
        try:
            order.unlink()
        except FileNotFoundError:
            continue
        os._exit(9)

def around(module, name, before=None, after=None):
    real = getattr(module, name)
    def wrapped(*args, **kwargs):
        if before:
            fall(before)
        answer = real(*args, **kwargs)
        if after and answer:
            fall(after)
        return answer
    setattr(module, name, wrapped)

around(execution, "work_off", before="after-pop")
around(scheduling, "claim", after="after-claim")
around(execution, "_keep", before="after-work", after="never")
around(execution, "keep_output", after="after-file")
around(lifecycle, "succeed", before="before-commit")
around(execution, "_finish", after="never")
real_run = execution.run
def run(jobs):
    real_run(jobs)
    fall("after-commit")
execution.run = run
call_command("worker", "--pool", "images", "--unwatched")
"""
POINTS = ["after-pop", "after-claim", "after-work", "after-file", "before-commit", "after-commit"]
WATCHED = """
import sys, django
django.setup()
from generation.watchdog import Watchdog
Watchdog([sys.executable, "-c", sys.argv[1]], sys.argv[2], "images").run()
"""


@pytest.fixture
def falls(tmp_path: Path) -> Path:
    place = tmp_path / "falls"
    place.mkdir()
    return place


def survive(rich: User, bob: User, falls: Path, jobs: int, kills: int, longest: float) -> None:
    roomy()
    grant(rich, 1_000_000)
    grant(bob, 1_000_000)
    dice = random.Random(4)
    asked = [ask((rich, bob)[n % 2], f"takes {dice.uniform(0.02, longest):.2f}", lane="batch") for n in range(jobs)]
    done = 0
    with (
        started(["-c", WATCHED, FALLS, "first"], FALLS=str(falls), WORKER_RESTS="0") as first,
        started(["-c", WATCHED, FALLS, "second"], FALLS=str(falls), WORKER_RESTS="0") as second,
    ):
        began = time.monotonic()
        while Job.objects.exclude(status__in=ENDED).exists():
            assert time.monotonic() - began < 40 + 3 * jobs * longest + 4 * kills, left()
            if done < kills and not any(falls.iterdir()):
                done += 1
                if done % 3:
                    (falls / f"{POINTS[done % len(POINTS)]}-{done}").touch()
                else:
                    _kill(dice.choice([first, second]))
            if done == kills // 2:
                limits.connection().flushdb()
            upkeep.give_back_lost()
            upkeep.ring_for_waiting()
            time.sleep(0.1)
        took = time.monotonic() - began
    assert done == kills
    ends = Counter(Job.objects.values_list("status", flat=True))
    charges = Counter(Transfer.objects.filter(kind="use").values_list("hold", flat=True))
    crashes = Job.objects.aggregate(all=Sum("crashes"))["all"]
    log.info("%d jobs, %d kills, %d in the middle of one, %.0f s: %s", jobs, done, crashes, took, dict(ends))
    assert set(charges.values()) <= {1}
    assert sum(charges.values()) == ends["succeeded"]
    assert ends["succeeded"] + ends["failed"] == jobs == len(asked)
    assert {job.error["code"] for job in Job.objects.filter(status="failed")} <= {"quarantined"}
    assert not Hold.objects.filter(state="open").exists()
    assert broken() == []
    for job in Job.objects.filter(status="succeeded"):
        assert Asset.objects.filter(origin=job.reference, ready=True).count() == 1
    for job in Job.objects.all():
        told = [event["job"]["status"] for event in Event.objects.filter(job=job).values_list("message", flat=True)]
        assert sum(status in ENDED for status in told) == 1


def left() -> str:
    return f"still {Counter(Job.objects.values_list('status', flat=True))}"


def _kill(watchdog: Any) -> None:
    for worker in children(watchdog):
        os.kill(worker, signal.SIGKILL)


def test_thirty_falls_lose_nothing(rich: User, bob: User, patient: Model, falls: Path) -> None:
    survive(rich, bob, falls, jobs=60, kills=30, longest=0.1)


@pytest.mark.nightly
def test_a_hundred_falls_lose_nothing(rich: User, bob: User, patient: Model, falls: Path) -> None:
    survive(rich, bob, falls, jobs=500, kills=100, longest=1.0)


def test_forgotten_bells_are_rung_again(rich: User, patient: Model) -> None:
    job = ask(rich)
    limits.connection().flushdb()
    with started(["manage.py", "worker", "--pool", "images"]):
        until(lambda: Job.objects.get(pk=job.pk).ended, "a worker looks when it starts")
        lonely = ask(rich, "later")
        until(lambda: Job.objects.get(pk=lonely.pk).ended, "the bell")
