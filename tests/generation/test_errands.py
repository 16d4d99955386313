"""A provider is paid once for a job, whatever goes wrong between it and us, and so is the person who asked."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Hold, Transfer
from generation import enduring, errands, execution, lifecycle, scheduling
from generation.contract import Pending, Progress, Ticket
from generation.engines import registry
from generation.engines.remote import transport
from generation.models import ENDED, Job, Model
from tests.generation.asking import again, ask
from tests.generation.conftest import make_patient
from tests.generation.engines import fake_provider
from tests.generation.engines.fake_provider import Fake, Studio
from tests.media.samples import encoded

pytestmark = pytest.mark.django_db(transaction=True)
PROVIDERS = {"fake": "Fake", "careful": "NoticesRepeats"}
# What has gone wrong between others and their providers.
FAULTS = ["drops", "stalls", "garbage", "elsewhere", "endless", 400, 401, 404, 429, 500, 502, 503, 504]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_provider, "PICTURE", encoded("PNG"))
    monkeypatch.setattr(transport, "PATIENCE", (0.3, 0.3))
    monkeypatch.setattr(transport, "LARGEST", 4000)
    monkeypatch.setattr(errands, "UNREACHABLE", 0.05)


@pytest.fixture
def studio(settings: Any) -> Iterator[Studio]:
    with fake_provider.running() as studio:
        module = "tests.generation.engines.fake_provider"
        settings.PROVIDERS = {
            name: {"engine": f"{module}.{kind}", "key": "our-key", "base": studio.url}
            for name, kind in PROVIDERS.items()
        }
        registry.remote.cache_clear()
        for name in PROVIDERS:
            registry.remote(name).transport.pause = lambda _seconds: None  # type: ignore[attr-defined]
        yield studio
    registry.remote.cache_clear()


@pytest.fixture
def remote(db: None, studio: Studio) -> Model:
    make_patient()
    Model.objects.filter(slug="patient").update(engine="fake")
    return Model.objects.get(slug="patient")


def settled_once(job: Job) -> int:
    """What it cost; nothing is left open."""
    hold = Hold.objects.get(reference=job.reference)
    assert again(job).status in ENDED
    assert hold.state != "open"
    assert Transfer.objects.filter(hold=hold, kind="use").count() <= 1
    assert broken() == []
    return hold.captured


def test_a_provider_makes_it_and_it_is_charged(rich: User, remote: Model, studio: Studio) -> None:
    job = ask(rich)
    execution.work_off("remote")
    job = again(job)
    assert (job.status, settled_once(job), job.ticket) == ("succeeded", 4, {"provider": "fake", "id": "order-1"})
    assert len(studio.orders) == 1


def ordered(rich: User, studio: Studio, faults: list[Any]) -> tuple[str, int]:
    """How a job ends whose provider answers so, and how often it was ordered."""
    before, studio.faults = len(studio.orders), faults
    job = ask(rich)
    execution.work_off("remote")
    studio.faults = []
    assert settled_once(job) == (4 if again(job).status == "succeeded" else 0), faults
    return again(job).status, len(studio.orders) - before


def test_no_fault_while_ordering_orders_twice(rich: User, remote: Model, studio: Studio) -> None:
    ends = {fault: ordered(rich, studio, [fault]) for fault in FAULTS}
    assert all(orders <= 1 for _status, orders in ends.values()), ends
    assert {fault for fault, (status, _orders) in ends.items() if status == "succeeded"} == {429, 503}


def test_no_fault_while_asking_orders_twice(rich: User, remote: Model, studio: Studio) -> None:
    ends = {fault: ordered(rich, studio, [200, fault]) for fault in FAULTS}
    assert all(orders == 1 for _status, orders in ends.values()), ends


def test_what_passes_is_waited_for(rich: User, remote: Model, studio: Studio) -> None:
    for fault in ("drops", "stalls", 429, 500, 502, 503, 504):
        assert ordered(rich, studio, [200, *[fault] * 5]) == ("succeeded", 1), fault


def test_a_page_of_somebody_in_between_is_no_answer(rich: User, remote: Model, studio: Studio) -> None:
    """Paid for there already; but who never makes sense is given up."""
    assert ordered(rich, studio, [200, "garbage", "elsewhere", "garbage", "endless"]) == ("succeeded", 1)
    assert ordered(rich, studio, [200, *["garbage"] * errands.MISREAD]) == ("failed", 1)
    assert ordered(rich, studio, [200, "garbage", 400]) == ("failed", 1)


class Killed(BaseException):
    pass


def falls(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The worker dies at this point, and the next attempt gets further."""

    def fall(*_all: Any) -> None:
        monkeypatch.undo()
        raise Killed

    monkeypatch.setattr(Fake, where, fall)


def attempt(job: Job) -> None:
    """One that ends in a death: its job is given back."""
    with pytest.raises(Killed):
        execution.run(scheduling.claim("remote", "w", (), scheduling.Together({})))
    assert lifecycle.lose(again(job), crashed=True)


@pytest.mark.parametrize(
    ("where", "status", "charged"),
    [
        ("order", "succeeded", 4),
        ("read_order", "failed", 0),
        ("check_path", "succeeded", 4),
        ("read_check", "succeeded", 4),
    ],
)
def test_a_worker_that_dies_never_orders_twice(
    rich: User, remote: Model, studio: Studio, where: str, status: str, charged: int
) -> None:
    job = ask(rich)
    with pytest.MonkeyPatch.context() as patch:
        falls(patch, where)
        attempt(job)
    execution.work_off("remote")
    assert (again(job).status, settled_once(job), len(studio.orders)) == (status, charged, 1)
    if status == "failed":
        assert again(job).error["code"] == "provider_uncertain"


def test_where_repeats_are_noticed_it_is_sent_again(rich: User, remote: Model, studio: Studio) -> None:
    Model.objects.filter(slug="patient").update(engine="careful")
    job = ask(rich)
    with pytest.MonkeyPatch.context() as patch:
        falls(patch, "read_order")
        attempt(job)
    execution.work_off("remote")
    assert (again(job).status, settled_once(job), len(studio.orders)) == ("succeeded", 4, 1)


def test_without_the_note_before_sending_it_would_be_ordered_twice(
    rich: User, remote: Model, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "remember", lambda *_all: None)
    job = ask(rich)
    with pytest.MonkeyPatch.context() as patch:
        falls(patch, "read_order")
        attempt(job)
    execution.work_off("remote")
    assert len(studio.orders) == 2


def test_an_attempt_that_was_given_up_on_sends_nothing(rich: User, remote: Model, studio: Studio) -> None:
    ask(rich)
    claimed = scheduling.claim("remote", "zombie", (), scheduling.Together({}))
    lifecycle.lose(claimed[0], crashed=True)
    execution.run(claimed)
    assert studio.asked == []


def test_a_canceled_job_is_canceled_there_too(rich: User, remote: Model, studio: Studio) -> None:
    job = ask(rich)
    claimed = scheduling.claim("remote", "w", (), scheduling.Together({}))
    half = Pending(Progress(50, 100), 0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fake, "read_check", lambda self, answer: half)
        lifecycle.cancel(again(job))
        execution.run(claimed)
    assert (again(job).status, settled_once(job)) == ("canceled", 2)
    assert studio.orders["order-1"]["state"] == "canceled"
    assert credits.balance(rich).available == 998


def test_impossible_progress_is_not_charged_and_hides_no_wish_to_stop(
    rich: User, remote: Model, studio: Studio
) -> None:
    job = ask(rich)
    claimed = scheduling.claim("remote", "w", (), scheduling.Together({}))
    said = [Pending(Progress(step, 100), 0.1) for step in (-5, 10**12, "half", 101, 25)]  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fake, "read_check", lambda self, answer: said.pop(0) if len(said) > 1 else said[0])
        patch.setattr(errands, "_wait", lambda _pause, _ticket, _enough: said[1:] or lifecycle.cancel(again(job)))
        execution.run(claimed)
    assert (again(job).status, settled_once(job)) == ("canceled", 1)


def test_an_attempt_that_lost_its_job_leaves_the_order_to_the_next(rich: User, remote: Model, studio: Studio) -> None:
    job = ask(rich)
    claimed = scheduling.claim("remote", "w", (), scheduling.Together({}))

    def lose(self: Fake, answer: object) -> Pending:
        lifecycle.lose(again(job), crashed=False)
        return Pending(Progress(50, 100), 0.1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fake, "read_check", lose)
        execution.run(claimed)
    assert studio.orders["order-1"]["state"] != "canceled"
    execution.work_off("remote")
    assert (again(job).status, settled_once(job), len(studio.orders)) == ("succeeded", 4, 1)


@pytest.mark.parametrize("when", ["sending", "id"])
def test_a_database_that_is_away_while_it_is_ordered_loses_nothing(
    rich: User, remote: Model, studio: Studio, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    remember, away = lifecycle.remember, [OperationalError("away")]

    def falter(job: Job, token: uuid.UUID, ticket: Mapping[str, Any]) -> None:
        if when in ticket and away:
            raise away.pop()
        remember(job, token, ticket)

    monkeypatch.setattr(enduring, "PAUSE", 0)
    monkeypatch.setattr(lifecycle, "remember", falter)
    job = ask(rich)
    execution.work_off("remote")
    assert away == []
    assert (again(job).status, settled_once(job), len(studio.orders)) == ("succeeded", 4, 1)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """The order is placed, and before we know its name something happens to its job."""
    read = Fake.read_order

    def later(self: Fake, answer: transport.Answer) -> Ticket:
        monkeypatch.undo()
        act()
        return read(self, answer)

    monkeypatch.setattr(Fake, "read_order", later)


def leave(job: Job) -> None:
    lifecycle.abandon(again(job))
    Job.objects.filter(pk=job.pk).delete()


@pytest.mark.parametrize("engine", ["fake", "careful"])
def test_an_order_whose_person_left_meanwhile_is_canceled_there(
    rich: User, remote: Model, studio: Studio, engine: str
) -> None:
    Model.objects.filter(slug="patient").update(engine=engine)
    job = ask(rich)
    with pytest.MonkeyPatch.context() as patch:
        meanwhile(patch, lambda: leave(job))
        execution.work_off("remote")
    assert studio.orders["order-1"]["state"] == "canceled"
    assert Hold.objects.get(reference=job.reference).state == "released"


@pytest.mark.parametrize(
    ("engine", "status", "order"), [("fake", "failed", "canceled"), ("careful", "succeeded", "done")]
)
def test_an_order_that_nobody_will_know_by_name_is_canceled_there(
    rich: User, remote: Model, studio: Studio, engine: str, status: str, order: str
) -> None:
    """Where repeats are noticed, the next attempt gets the same order, which nobody may cancel."""
    Model.objects.filter(slug="patient").update(engine=engine)
    job = ask(rich)
    with pytest.MonkeyPatch.context() as patch:
        meanwhile(patch, lambda: lifecycle.lose(again(job), crashed=True))
        execution.work_off("remote")
    execution.work_off("remote")
    settled_once(job)
    assert (again(job).status, studio.orders["order-1"]["state"], len(studio.orders)) == (status, order, 1)
