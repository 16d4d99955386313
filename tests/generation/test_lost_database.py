"""PostgreSQL may go away while a job is at work: it is finished when the database is back, and once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Hold
from generation import enduring, execution, lifecycle, scheduling
from generation.models import Job, Model
from media import storage
from media.models import Asset
from tests.generation.asking import again, ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enduring, "PAUSE", 0.01)


def cut_off() -> None:
    """As when the server falls: in the middle of whatever is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def falls(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, *, done: bool, times: int = 2) -> None:
    """The first calls meet a dead database, some of them after it has done what it was asked for."""
    real: Callable[..., Any] = getattr(where, name)
    left = [times]

    def fall(*given: Any, **more: Any) -> Any:
        if not left[0]:
            return real(*given, **more)
        left[0] -= 1
        if done:
            left[0] = 0
            real(*given, **more)
        return cut_off()

    monkeypatch.setattr(where, name, fall)


def made_once(user: User, job: Job) -> None:
    job = again(job)
    assert (job.status, job.charged, credits.balance(user).available) == ("succeeded", 4, 996)
    [asset] = Asset.objects.filter(origin=job.reference)
    assert asset.ready
    assert storage.open_at(asset.path).read()
    assert broken() == []


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("where", ["keep_output", "succeed", "get"])
def test_what_was_made_is_kept_once(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch, where: str, done: bool
) -> None:
    places = {"keep_output": execution, "succeed": lifecycle, "get": type(Model.objects)}
    job = ask(rich)
    falls(monkeypatch, places[where], where, done=done)
    execution.work_off("images")
    made_once(rich, job)


def test_a_claim_whose_answer_was_lost_is_given_back(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(rich)
    falls(monkeypatch, scheduling, "claim", done=True)
    execution.work_off("images")
    made_once(rich, job)
    assert (again(job).attempts, again(job).crashes) == (2, 0)


def test_without_enduring_nobody_is_at_it_and_its_lease_is_prolonged(
    rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(rich)
    falls(monkeypatch, lifecycle, "succeed", done=False)
    monkeypatch.setattr(execution, "endure", lambda act: act(False))
    with pytest.raises(OperationalError):
        execution.work_off("images")
    connection.close()
    assert again(job).status == "running"
    assert lifecycle.beat(execution.name()) == 1


def test_whoever_comes_next_under_that_name_gives_it_back(rich: User, patient: Model) -> None:
    job = ask(rich)
    scheduling.claim("images", execution.name(), (), scheduling.Together({}))
    execution.give_back()
    assert (again(job).status, again(job).crashes) == ("queued", 0)


def test_a_full_disk_fails_the_job_alone(rich: User, patient: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_all: Any, **_more: Any) -> None:
        raise OSError(28, "No space left on device")

    job = ask(rich)
    monkeypatch.setattr(storage, "put", full)
    execution.work_off("images")
    job = again(job)
    assert (job.status, job.error["code"], job.charged) == ("failed", "unkept", 0)
    assert (Hold.objects.get().state, broken()) == ("released", [])
