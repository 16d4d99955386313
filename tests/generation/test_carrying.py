"""One process waits for many jobs of providers at once, and what befalls one of them is nothing to the others."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from billing.invariants import broken
from billing.models import Hold, Transfer
from generation import carrying, errands, execution, lifecycle, scheduling, submission
from generation.engines import registry
from generation.engines.remote import transport
from generation.errors import Stale
from generation.models import ENDED, Job, Model
from tests.generation.asking import again, ask
from tests.generation.conftest import make_patient
from tests.generation.engines import fake_provider
from tests.generation.engines.fake_provider import CallsBack, Studio
from tests.generation.processes import children, until, worker
from tests.generation.test_errands import FAULTS
from tests.generation.test_lost_database import falls
from tests.generation.test_lost_workers import guests
from tests.media.samples import encoded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(fake_provider, "PICTURE", encoded("PNG"))
    with fake_provider.running() as studio:
        studio.finishes_by_itself = False
        yield studio
        studio.silent_about.clear()


@pytest.fixture(autouse=True)
def remote(db: None, studio: Studio, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    engine = f"{CallsBack.__module__}.CallsBack"
    settings.PROVIDERS = {CallsBack.name: {"engine": engine, "key": "our-key", "base": studio.url}}
    monkeypatch.setattr(CallsBack, "ask_again_in", 0.1)
    monkeypatch.setattr(errands, "UNREACHABLE", 0.05)
    registry.remote.cache_clear()
    registry.remote(CallsBack.name).transport.pause = lambda _seconds: None  # type: ignore[attr-defined]
    make_patient()
    Model.objects.filter(slug="patient").update(engine=CallsBack.name)
    yield
    registry.remote.cache_clear()


@contextmanager
def carriers(at_once: int = 16) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying, "_room", threading.BoundedSemaphore(at_once))
        carrying.carry()
        yield
        until(lambda: not carrying_now(), "all at home", 30)


def carrying_now() -> int:
    return sum(thread.name == "carrier" for thread in threading.enumerate())


def asked(count: int) -> list[Job]:
    return [ask(person, f"number {place}") for place, person in enumerate(guests(count))]


def finish(studio: Studio) -> None:
    studio.finishes_by_itself = True
    for order in studio.orders.values():
        order["state"] = "done"


def ended(jobs: Sequence[Job]) -> bool:
    return all(again(job).status in ENDED for job in jobs)


def ordered(studio: Studio) -> Counter[str]:
    return Counter(order["prompt"] for order in studio.orders.values())


def settled_once(jobs: Sequence[Job]) -> bool:
    holds = Hold.objects.filter(reference__in=[job.reference for job in jobs]).exclude(state="open")
    uses = Counter(Transfer.objects.filter(hold__in=holds, kind="use").values_list("hold", flat=True))
    return holds.count() == len(jobs) and set(uses.values()) <= {1} and broken() == []


def test_a_providers_jobs_wait_in_a_pool_of_their_own(rich: User) -> None:
    assert submission.settle(rich, "text_to_image", {"prompt": "a boat"}).pool == "remote"
    Model.objects.filter(slug="patient").update(engine="local")
    assert submission.settle(rich, "text_to_image", {"prompt": "a boat"}).pool == "images"


def test_one_process_waits_for_many_at_once(studio: Studio) -> None:
    jobs = asked(6)
    with carriers():
        until(lambda: len(studio.orders) == 6, "all at the provider", 20)
        assert {again(job).status for job in jobs} == {"running"}
        finish(studio)
        until(lambda: ended(jobs), "all there", 20)
    assert {again(job).status for job in jobs} == {"succeeded"}
    assert set(ordered(studio).values()) == {1}
    assert settled_once(jobs)


def test_one_by_one_the_second_would_wait_for_the_first(studio: Studio) -> None:
    jobs = asked(2)
    alone = threading.Thread(target=execution.work_off, args=("remote",))
    alone.start()
    until(lambda: next(iter(studio.orders.values()), {}).get("asked", 0) > 5, "asked for again and again", 20)
    assert len(studio.orders) == 1
    finish(studio)
    alone.join(20)
    assert ended(jobs)


def test_there_is_room_for_so_many(studio: Studio) -> None:
    jobs = asked(4)
    with carriers(2):
        until(lambda: len(studio.orders) == 2, "two at the provider", 20)
        until(lambda: min(order["asked"] for order in studio.orders.values()) > 3, "waited for", 20)
        assert (len(studio.orders), carrying_now()) == (2, 2)
        finish(studio)
        until(lambda: ended(jobs), "all there", 20)
    assert settled_once(jobs)


def troubled(studio: Studio, seed: int) -> None:
    """As many jobs at once as there are faults, and each fault befalls some of them."""
    studio.orders.clear()
    jobs = asked(len(FAULTS))
    studio.finishes_by_itself = True
    studio.faults = random.Random(seed).sample([*FAULTS, *[200] * len(FAULTS)], 2 * len(FAULTS))
    with carriers():
        until(lambda: ended(jobs), "all of them", 60)
    assert set(ordered(studio).values()) == {1}, seed
    assert settled_once(jobs), seed


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PATIENCE", (0.3, 0.3))
    monkeypatch.setattr(transport, "LARGEST", 4000)


def test_whatever_goes_wrong_among_many_nothing_is_ordered_twice(studio: Studio, impatient: None) -> None:
    troubled(studio, 0)


@pytest.mark.nightly
def test_whatever_goes_wrong_in_any_order_nothing_is_ordered_twice(studio: Studio, impatient: None) -> None:
    for seed in range(1, 50):
        troubled(studio, seed)


def test_what_was_taken_meanwhile_is_not_put_back(studio: Studio) -> None:
    asked(1)
    [claimed] = scheduling.claim("remote", "one", (), scheduling.Together({}))
    lifecycle.lose(claimed, crashed=True)
    scheduling.claim("remote", "other", (), scheduling.Together({}))
    with pytest.raises(Stale):
        lifecycle.leave(claimed, lifecycle.token_of(claimed))
    assert again(claimed).status == "running"
    assert not lifecycle.lose(claimed, crashed=False)
    assert again(claimed).status == "running"
    # Without the token it would take the job away from whoever has it now.
    assert lifecycle.lose(again(claimed), crashed=False)
    assert again(claimed).status == "queued"


@pytest.mark.processes
def test_a_killed_process_loses_none_of_its_many(studio: Studio) -> None:
    jobs = asked(4)
    with worker("remote", STUDIO=studio.url, WORKER_RESTS="1") as watchdog:
        until(lambda: len(studio.orders) == 4, "all at the provider")
        until(lambda: all((again(job).ticket or {}).get("id") for job in jobs), "all known by name")
        assert len({again(job).worker for job in jobs}) == len(children(watchdog)) == 1
        os.kill(children(watchdog)[0], signal.SIGKILL)
        until(lambda: all(again(job).attempts == 2 for job in jobs), "all waited for again")
        finish(studio)
        until(lambda: ended(jobs), "all there")
    assert {(again(job).status, again(job).crashes) for job in jobs} == {("succeeded", 1)}
    assert set(ordered(studio).values()) == {1}
    assert settled_once(jobs)


@pytest.mark.processes
def test_a_process_that_is_asked_to_go_hands_its_jobs_on(studio: Studio) -> None:
    jobs = asked(3)
    with worker("remote", STUDIO=studio.url) as first:
        until(lambda: all((again(job).ticket or {}).get("id") for job in jobs), "all at the provider")
        first.send_signal(signal.SIGTERM)
        assert first.wait(15) == 0
    assert {(again(job).status, again(job).crashes) for job in jobs} == {("queued", 0)}
    assert {order["state"] for order in studio.orders.values()} == {"drawing"}
    finish(studio)
    with worker("remote", STUDIO=studio.url):
        until(lambda: ended(jobs), "all there")
    assert {again(job).status for job in jobs} == {"succeeded"}
    assert set(ordered(studio).values()) == {1}
    assert settled_once(jobs)


@pytest.mark.processes
def test_one_that_hangs_does_not_take_the_others_along(studio: Studio) -> None:
    hanging, other = asked(2)
    clocks = {"WORKER_LATE": "1", "WORKER_LEASE": "2"}
    with worker("remote", STUDIO=studio.url, **clocks) as watchdog:
        until(lambda: all((again(job).ticket or {}).get("id") for job in (hanging, other)), "both at the provider")
        at_work = children(watchdog)
        studio.silent_about.add(again(hanging).ticket["id"])
        Job.objects.filter(pk=hanging.pk).update(deadline=timezone.now() + timedelta(seconds=1))
        until(lambda: again(hanging).ended, "given up", 20)
        until(lambda: again(other).lease_until > timezone.now() + timedelta(seconds=1), "still cared for", 20)
        assert (again(hanging).error["code"], again(other).status) == ("timed_out", "running")
        assert (children(watchdog), again(other).attempts) == (at_work, 1)
        studio.silent_about.clear()
        finish(studio)
        until(lambda: again(other).ended, "there", 20)
    assert (again(hanging).charged, again(other).charged) == (0, 4)
    assert settled_once([hanging, other])


def test_a_claim_whose_answer_was_lost_is_given_back_and_who_is_carried_stays(
    rich: User, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(rich)
    with carriers():
        until(lambda: len(studio.orders) == 1, "ordered")
        falls(monkeypatch, scheduling, "claim", done=True)
        second = ask(rich)
        carrying.carry()
        until(lambda: len(studio.orders) == 2, "given back and ordered")
        studio.finishes_by_itself = True
        for order in studio.orders.values():
            order["state"] = "done"
        until(lambda: again(first).ended and again(second).ended, "both made")
    assert [(again(job).status, again(job).attempts) for job in (first, second)] == [("succeeded", 1), ("succeeded", 2)]
    assert len(studio.orders) == 2
