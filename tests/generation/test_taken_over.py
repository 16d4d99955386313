"""Who gives back a lost attempt takes none that somebody else has begun, or that turned out to be alive, meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from generation import lifecycle, scheduling, upkeep
from generation.models import Job, Model
from generation.watchdog import Watchdog
from tests.generation.asking import again, ask
from tests.generation.processes import somebody_waits, until

pytestmark = pytest.mark.django_db(transaction=True)


def claim(worker: str) -> Job:
    return scheduling.claim("images", worker, (), scheduling.Together({}))[0]


def silent(user: User) -> Job:
    """As the reconciler reads it: of a worker that has not beaten for too long."""
    ask(user)
    job = claim("first")
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    return again(job)


def taken_over(seen: Job) -> Job:
    """Its watchdog gave it back first, and another worker is at it."""
    assert lifecycle.lose(again(seen), crashed=True)
    return claim("second")


def unharmed(job: Job, crashes: int) -> bool:
    now = again(job)
    return (now.status, now.token, now.worker, now.crashes) == ("running", job.token, job.worker, crashes)


@pytest.mark.parametrize("crashed", [True, False])
def test_an_attempt_that_nobody_saw_falling_is_left_alone(rich: User, patient: Model, crashed: bool) -> None:
    seen = silent(rich)
    fresh = taken_over(seen)
    assert not lifecycle.lose(seen, crashed=crashed)
    assert not lifecycle.reclaim(seen)
    assert unharmed(fresh, crashes=1)


def test_the_watchdog_throws_no_other_attempt_away(rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = silent(rich)
    monkeypatch.setattr(Watchdog, "_running", lambda _self: [seen])
    fresh = taken_over(seen)
    Watchdog(["true"], "first", "images")._lost(crashed=True)
    assert unharmed(fresh, crashes=1)


def test_the_reconciler_throws_no_other_attempt_away(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, fresh = silent(rich), []

    def meanwhile(job: Job, *all: Any, **more: Any) -> bool:
        monkeypatch.undo()
        fresh.append(taken_over(seen))
        return lifecycle.reclaim(job, *all, **more)

    monkeypatch.setattr(lifecycle, "reclaim", meanwhile)
    upkeep.give_back_lost()
    assert unharmed(fresh[0], crashes=1)


def test_a_worker_that_beats_again_keeps_its_job(rich: User, patient: Model) -> None:
    seen = silent(rich)
    lifecycle.beat("first")
    assert not lifecycle.reclaim(seen)
    assert unharmed(seen, crashes=0)


def test_a_beat_that_is_just_being_written_counts(rich: User, patient: Model) -> None:
    seen = silent(rich)
    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            lifecycle.beat("first")
            verdict = beside.submit(_reclaimed, seen)
            until(somebody_waits, "it waits for the row", 10)
        assert not verdict.result(10)
    assert unharmed(seen, crashes=0)


def test_who_stays_silent_loses_it(rich: User, patient: Model) -> None:
    seen = silent(rich)
    upkeep.give_back_lost()
    assert (again(seen).status, again(seen).crashes) == ("queued", 1)


def _reclaimed(job: Job) -> bool:
    try:
        return lifecycle.reclaim(job)
    finally:
        connection.close()
