"""What upkeep does slowly, or not at all, must not keep a lost job from being noticed."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts.models import User
from generation import scheduling
from generation.models import Job
from klikyai.management.commands import upkeep
from tests.generation.asking import again, ask
from tests.generation.conftest import grant, make_patient
from tests.generation.processes import started, until

pytestmark = pytest.mark.django_db(transaction=True)
RECONCILE = "generation.upkeep.reconcile"
HERE = "tests.klikyai.test_upkeep"

gate, blocked, failed = Event(), Event(), Event()
opened: list[int] = []


def wait_long() -> None:
    blocked.set()
    gate.wait(30)


def fail() -> None:
    failed.set()
    raise ZeroDivisionError


def ask_something() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        opened.append(cursor.fetchone()[0])


def ask_and_fail() -> None:
    ask_something()
    fail()


@pytest.fixture(autouse=True)
def open_gate() -> Iterator[None]:
    for event in (gate, blocked, failed):
        event.clear()
    opened.clear()
    yield
    gate.set()


@pytest.fixture
def lost(alice: User) -> Job:
    """Its worker said nothing for longer than it may."""
    grant(alice, 100)
    make_patient()
    ask(alice)
    claimed = scheduling.claim("images", "gone", (), scheduling.Together({}))[0]
    Job.objects.filter(pk=claimed.pk).update(lease_until=timezone.now())
    return claimed


@contextmanager
def running(keep: Callable[[Mapping[str, float], Event], None], tasks: Mapping[str, float]) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=keep, args=(tasks, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        gate.set()
        thread.join(20)
        assert not thread.is_alive()


def one_by_one(tasks: Mapping[str, float], stop: Event) -> None:
    """As it must not be."""
    while not stop.wait(0.05):
        for task in tasks:
            upkeep.perform(task, upkeep.import_string(task))
    connections.close_all()


def noticed(job: Job, within: float) -> bool:
    try:
        until(lambda: again(job).status == "queued", "given back", within)
    except AssertionError:
        return False
    return True


SLOW = {f"{HERE}.wait_long": 3600, RECONCILE: 0.2}


def test_a_slow_task_does_not_hold_up_the_reconciler(lost: Job) -> None:
    with running(upkeep.keep, SLOW):
        assert blocked.wait(5)
        assert noticed(lost, 10)
        again_lost = scheduling.claim("images", "gone", (), scheduling.Together({}))[0]
        Job.objects.filter(pk=again_lost.pk).update(lease_until=timezone.now())
        assert noticed(lost, 10), "once is not enough"


def test_one_by_one_it_would(lost: Job) -> None:
    with running(one_by_one, SLOW):
        assert blocked.wait(5)
        assert not noticed(lost, 2)


def test_what_fails_is_counted_and_called_again(db: None, caplog: pytest.LogCaptureFixture) -> None:
    def count(end: str, task: str) -> float:
        return REGISTRY.get_sample_value("klikyai_upkeep_total", {"task": f"{HERE}.{task}", "end": end}) or 0

    before = count("failed", "fail"), count("done", "ask_something")
    with running(upkeep.keep, {f"{HERE}.fail": 0.01, f"{HERE}.ask_something": 0.01}):
        until(lambda: count("failed", "fail") >= before[0] + 3, "called again", 10)
        until(lambda: count("done", "ask_something") >= before[1] + 3, "called again", 10)
    assert "ZeroDivisionError" in caplog.text


def lent() -> int:
    pool = connection.pool
    assert pool is not None
    found = pool.get_stats()
    return int(found["pool_size"] - found["pool_available"])


def test_no_connection_is_kept_between_two_calls(db: None) -> None:
    before = lent()
    with running(upkeep.keep, {f"{HERE}.ask_something": 3600, f"{HERE}.ask_and_fail": 3600}):
        until(lambda: len(opened) == 2, "asked", 10)
        until(lambda: lent() == before, "given back", 5)


def test_every_task_may_have_a_connection_at_once() -> None:
    assert len(settings.UPKEEP) < settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]


def test_what_is_stuck_does_not_keep_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "GRACE", 0.2)
    stop = Event()
    thread = Thread(target=upkeep.keep, args=({f"{HERE}.wait_long": 3600}, stop))
    thread.start()
    assert blocked.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.processes
def test_it_ends_cleanly_when_asked(lost: Job) -> None:
    with started(["manage.py", "upkeep"], RECONCILE="1") as process:
        until(lambda: again(lost).status == "queued", "given back", 30)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - asked < 12
