"""Whole machines that vanish, Redis that forgets everything, Redis that answers nobody: with the real upkeep."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from accounts import api_keys, limits
from accounts.models import Scope, User
from billing.invariants import broken
from billing.models import Hold
from generation import lifecycle, scheduling
from generation.errors import Stale
from generation.models import ENDED, Job, Model
from klikyai.services.redis import Redis
from tests.generation.asking import again, ask
from tests.generation.conftest import grant, roomy
from tests.generation.live.server import served
from tests.generation.processes import children, started, until, worker

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
UPKEEP = ["manage.py", "upkeep"]


def vanish(at_once: int, gate: Path, **clocks: str) -> tuple[list[float], list[float]]:
    """So many machines are gone in the same moment; seconds until it was noticed and until each job ran again."""
    with ExitStack() as machines:
        machines.enter_context(started(UPKEEP, **clocks))
        survivor = machines.enter_context(worker(**clocks))
        until(lambda: children(survivor), "a survivor")
        signal_all(survivor, signal.SIGSTOP)
        lost = [machines.enter_context(worker(**clocks)) for _ in range(at_once)]
        jobs = [ask(person, f"waits for {gate}") for person in guests(at_once)]
        until(lambda: Job.objects.filter(status="running").count() == at_once, "all at work", 150)
        for watchdog in lost:
            signal_all(watchdog, signal.SIGKILL)
        gone = time.monotonic()
        gate.touch()
        signal_all(survivor, signal.SIGCONT)
        noticed: dict[int, float] = {}
        running: dict[int, float] = {}
        while len(running) < at_once:
            passed = time.monotonic() - gone
            assert passed < 100, (noticed, running)
            for job in Job.objects.filter(pk__in=[job.pk for job in jobs]):
                if job.crashes:
                    noticed.setdefault(job.pk, passed)
                if job.attempts == 2:
                    running.setdefault(job.pk, passed)
            time.sleep(0.05)
        until(lambda: not Job.objects.exclude(status__in=ENDED).exists(), "all done")
    assert {again(job).status for job in jobs} == {"succeeded"}
    assert broken() == []
    return sorted(noticed.values()), sorted(running.values())


def guests(count: int) -> Iterator[User]:
    """One job each, so that nobody's plan keeps a machine idle."""
    for number in range(count):
        guest = User.objects.create_user(f"guest-{time.monotonic_ns()}-{number}@example.org")
        grant(guest, 100)
        yield guest


def signal_all(watchdog: Any, number: int) -> None:
    for pid in children(watchdog):
        with suppress(ProcessLookupError):  # one that only came to look may be gone again
            os.kill(pid, number)
    os.kill(watchdog.pid, number)


def test_a_vanished_machine_is_noticed_and_its_job_runs_again(patient: Model, tmp_path: Path) -> None:
    """With shorter clocks; the house's own are nightly."""
    noticed, running = vanish(1, tmp_path / "gate", WORKER_LEASE="4", RECONCILE="1")
    assert noticed[-1] <= 30
    assert running[-1] <= 45


@pytest.mark.nightly
def test_fifty_vanished_machines_are_noticed(patient: Model, tmp_path: Path) -> None:
    rounds = [vanish(10, tmp_path / f"gate-{number}") for number in range(5)]
    noticed = [seconds for found, _again in rounds for seconds in found]
    running = [seconds for _found, found in rounds for seconds in found]
    log.info("noticed: worst of %d %.1f s, running again: worst %.1f s", len(noticed), max(noticed), max(running))
    assert (len(noticed), len(running)) == (50, 50)
    assert max(noticed) <= 30
    assert max(running) <= 45


def zombie(rich: User) -> Job:
    """An attempt that was given up on, and whose job runs again elsewhere."""
    ask(rich)
    claimed = scheduling.claim("images", "zombie", (), scheduling.Together({}))[0]
    lifecycle.lose(claimed, crashed=True)
    scheduling.claim("images", "other", (), scheduling.Together({}))
    return claimed


def test_a_zombies_finish_is_refused(rich: User, patient: Model) -> None:
    claimed = zombie(rich)
    token = lifecycle.token_of(claimed)
    for finish in (
        lambda: lifecycle.succeed(claimed, token, {}),
        lambda: lifecycle.stop(claimed, token, 1, 4),
        lambda: lifecycle.fail(claimed, lifecycle.timed_out(), token=token),
    ):
        with pytest.raises(Stale):
            finish()
    assert not lifecycle.advance(claimed, token, 2, 4, "painting")
    assert (again(claimed).status, Hold.objects.get().state) == ("running", "open")


def test_without_its_token_a_zombie_would_be_believed(rich: User, patient: Model, monkeypatch: Any) -> None:
    claimed, end = zombie(rich), lifecycle._end
    monkeypatch.setattr(lifecycle, "_end", lambda job, status, *, token=None, **more: end(job, status, **more))
    lifecycle.succeed(claimed, lifecycle.token_of(claimed), {})
    assert again(claimed).status == "succeeded"


def forgetful(rich: User, jobs: int) -> float:
    """Seconds from the moment when Redis forgot everything until nothing is left to do."""
    roomy()
    grant(rich, 100_000)
    asked = [ask(rich, "takes 0.3", lane="batch") for _ in range(jobs)]
    with worker(), started(UPKEEP):
        until(lambda: Job.objects.filter(status="succeeded").count() >= jobs // 4, "at work")
        limits.connection().flushall()
        asked += [ask(rich, "takes 0.1") for _ in range(3)]
        limits.connection().flushall()
        took = until(lambda: not Job.objects.exclude(status__in=ENDED).exists(), "all of them", 120)
    assert {again(job).status for job in asked} == {"succeeded"}
    assert broken() == []
    return took


def test_redis_may_forget_everything(rich: User, patient: Model) -> None:
    assert forgetful(rich, 8) <= 120


@pytest.mark.nightly
def test_redis_may_forget_everything_under_load(rich: User, patient: Model) -> None:
    assert forgetful(rich, 200) <= 120


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path / "redis")
    redis.start()
    try:
        yield redis
    finally:
        os.kill(redis.pid() or 0, signal.SIGCONT)
        redis.stop()


def test_a_frozen_redis_holds_up_nobody(rich: User, patient: Model, frozen: Redis) -> None:
    headers = {"Authorization": f"Bearer {api_keys.issue(rich, 'tests', Scope.values)[1]}"}
    wish = {"tool": "text_to_image", "params": {"prompt": "a red boat"}}
    with served(REDIS_URL=frozen.url()) as port, httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30
    ) as client:  # fmt: skip
        job = client.post("/api/v1/jobs", json=wish).json()["data"]
        os.kill(frozen.pid() or 0, signal.SIGSTOP)
        answers = [
            client.post("/api/v1/jobs", json=wish),
            client.get("/api/v1/jobs"),
            client.get(job["urls"]["self"]),
            client.post(job["urls"]["cancel"]),
            client.get("/"),
        ]
        os.kill(frozen.pid() or 0, signal.SIGCONT)
        until(lambda: client.post("/api/v1/jobs", json=wish).status_code == 201, "it goes on", 10)
    assert [answer.status_code for answer in answers][:1] in ([201], [503])
    assert [answer.status_code for answer in answers[1:]] == [200, 200, 200, 200]
    assert max(answer.elapsed.total_seconds() for answer in answers) <= 2.5
    assert Job.objects.filter(created_at__lt=timezone.now()).count() == Hold.objects.count()
