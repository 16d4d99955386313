"""Who waits for a provider is woken by its call, and a call says nothing that the provider is not asked for."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import limits
from accounts.models import User
from billing.invariants import broken
from billing.models import Hold
from generation import callbacks, errands, execution, lifecycle
from generation.contract import Ticket
from generation.engines import registry
from generation.engines.remote import signatures
from generation.models import Job, Model
from tests.generation.asking import again, ask
from tests.generation.conftest import make_patient
from tests.generation.engines import fake_provider
from tests.generation.engines.fake_provider import CallsBack, Studio
from tests.generation.live.server import served
from tests.generation.processes import until, worker
from tests.media.samples import encoded

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whispered"
NAME = CallsBack.name
DOOR = f"/providers/{NAME}/callbacks/"
SOON = CallsBack.ask_again_in / 2


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(fake_provider, "PICTURE", encoded("PNG"))
    with fake_provider.running() as studio:
        studio.finishes_by_itself = False
        yield studio


@pytest.fixture(autouse=True)
def remote(db: None, studio: Studio, settings: Any) -> Iterator[Model]:
    engine = f"{CallsBack.__module__}.CallsBack"
    row = {"engine": engine, "key": "our-key", "base": studio.url, "secret": SECRET}
    settings.PROVIDERS = {NAME: row, "deaf": {"engine": engine, "key": "k", "base": studio.url}}
    registry.remote.cache_clear()
    make_patient()
    Model.objects.filter(slug="patient").update(engine=NAME)
    yield Model.objects.get(slug="patient")
    registry.remote.cache_clear()


@contextmanager
def at_work(studio: Studio, order: str = "order-1") -> Iterator[threading.Thread]:
    """A worker that has asked once and waits."""

    def work() -> None:
        execution.work_off("remote")
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: studio.orders.get(order, {}).get("asked"), "asked for", 10)
        yield thread
    finally:
        thread.join(20)
        assert not thread.is_alive()


def call(order: Any = "order-1", *, age: int = 0, secret: str = SECRET, door: str = DOOR, spoilt: bytes = b"") -> int:
    body = json.dumps({"id": order}).encode()
    return knock(body + spoilt, signatures.sign(body, secret, int(time.time()) - age), door)


def knock(body: bytes, header: str, door: str = DOOR) -> int:
    headers = {signatures.HEADER: header}
    return Client().post(door, body, content_type="application/json", headers=headers).status_code


def notes() -> int:
    return len(limits.connection().keys("called:*"))


def seconds_until_done(job: Job, studio: Studio) -> float:
    with at_work(studio):
        studio.orders["order-1"]["state"] = "done"
        assert call() == 200
        return until(lambda: again(job).ended, "done", 10)


def test_a_call_ends_the_waiting(rich: User, studio: Studio) -> None:
    job = ask(rich)
    assert seconds_until_done(job, studio) < SOON
    assert (again(job).status, Hold.objects.get().captured, broken()) == ("succeeded", 4, [])


def test_without_being_woken_it_waits_its_time(rich: User, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "called", lambda _ticket, seconds: time.sleep(seconds))
    assert seconds_until_done(ask(rich), studio) > SOON


def test_a_call_that_comes_before_its_ticket_is_not_lost(
    rich: User, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, remember = ask(rich), lifecycle.remember

    def late(*all: Any) -> None:
        if "id" in all[-1]:
            assert call() == 200
        remember(*all)

    monkeypatch.setattr(lifecycle, "remember", late)
    with at_work(studio):
        studio.orders["order-1"]["state"] = "done"
        assert until(lambda: again(job).ended, "done", 10) < SOON


WRONG: list[dict[str, Any]] = [
    {"secret": "guessed"}, {"age": 301}, {"age": -400}, {"spoilt": b" "}, {"order": ""}, {"order": "x" * 201},
    {"order": "\ud800"}, {"order": "a\nb"}, {"door": "/providers/deaf/callbacks/", "secret": ""},
]  # fmt: skip
NONSENSE = [b"", b"\xff\xfe", b"[]", b"{}", b"null", b'"order-1"', b"[" * 100_000, b'{"id":']
UNSIGNED = ["", "t=1", "t=" + "9" * 400 + ",v1=x", "t=" + "9" * 5000 + ",v1=x", "t=²,v1=x", "\udcff"]


def test_a_forged_call_changes_nothing() -> None:
    assert [call(**wrong) for wrong in WRONG] == [400] * len(WRONG)
    assert notes() == 0


def test_a_signed_call_of_nonsense_changes_nothing() -> None:
    signed = {body: signatures.sign(body, SECRET, int(time.time())) for body in NONSENSE}
    assert {body: knock(body, header) for body, header in signed.items()} == dict.fromkeys(NONSENSE, 400)
    assert notes() == 0


def test_a_call_without_a_signature_is_refused() -> None:
    assert {header: knock(b'{"id": "order-1"}', header) for header in UNSIGNED} == dict.fromkeys(UNSIGNED, 400)
    assert notes() == 0


def test_unless_signatures_were_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "checked", lambda _headers, body, _secret: json.loads(body))
    assert (call(secret="guessed"), notes()) == (200, 1)


def test_nobody_calls_for_a_provider_that_is_not_there() -> None:
    assert call(door="/providers/nobody/callbacks/") == 404
    assert Client().get(DOOR).status_code == 405


def test_a_call_has_a_size() -> None:
    assert (call("x" * callbacks.LARGEST), notes()) == (413, 0)


def test_the_door_is_where_orders_say_that_it_is(settings: Any) -> None:
    at = registry.remote(NAME).callback  # type: ignore[attr-defined]
    assert at == settings.SITE_URL + reverse("provider-callbacks", args=[NAME])
    assert registry.remote("deaf").callback == ""  # type: ignore[attr-defined]


def test_a_lie_is_found_out_by_asking(rich: User, studio: Studio) -> None:
    """Signed, but the provider itself says that it is still at work."""
    job = ask(rich)
    with at_work(studio):
        assert call() == 200
        until(lambda: studio.orders["order-1"]["asked"] == 2, "asked again", SOON)
        assert again(job).status == "running"
        lifecycle.cancel(again(job))


def test_repeats_leave_one_note_and_bring_few_questions(rich: User, studio: Studio) -> None:
    ask(rich)
    with at_work(studio):
        began = time.monotonic()
        for _ in range(30):
            assert call() == 200
        passed = time.monotonic() - began
        time.sleep(errands.AT_LEAST)
        assert studio.orders["order-1"]["asked"] <= 3 + passed / errands.AT_LEAST
        studio.orders["order-1"]["state"] = "done"
        call()
    assert limits.connection().llen(callbacks._note(Ticket(NAME, "order-1"))) <= 1


def test_what_has_ended_is_left_alone(rich: User, studio: Studio) -> None:
    job = ask(rich)
    with at_work(studio):
        lifecycle.cancel(again(job))
    before, ended = again(job), studio.asked.copy()
    assert (before.status, call()) == ("canceled", 200)
    assert (again(job).__dict__ | {"_state": 0}, studio.asked) == (before.__dict__ | {"_state": 0}, ended)
    assert broken() == []


def test_another_jobs_call_wakes_nobody(rich: User, studio: Studio) -> None:
    job = ask(rich)
    with at_work(studio):
        assert call("order-2") == 200
        time.sleep(SOON / 2)
        assert (studio.orders["order-1"]["asked"], again(job).status) == (1, "running")
        lifecycle.cancel(again(job))


def test_a_note_for_nobody_is_forgotten() -> None:
    call("nobodys")
    assert 0 < limits.connection().ttl(callbacks._note(Ticket(NAME, "nobodys"))) <= callbacks.KEPT


def test_without_redis_it_is_asked_as_ever(rich: User, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = callbacks.Redis.from_url("redis://127.0.0.1:9/0")
    monkeypatch.setattr(callbacks, "_ear", lambda: nowhere)
    monkeypatch.setattr(CallsBack, "ask_again_in", 0.5)
    job = ask(rich)
    with at_work(studio):
        studio.orders["order-1"]["state"] = "done"
        assert until(lambda: again(job).ended, "done", 10) < 5


@pytest.mark.processes
def test_a_studio_calls_a_house_of_processes(rich: User, studio: Studio) -> None:
    job = ask(rich)
    with served(STUDIO=studio.url) as port, worker("remote", STUDIO=studio.url, SITE_URL=f"http://127.0.0.1:{port}"):
        until(lambda: studio.orders.get("order-1", {}).get("asked"), "asked for", 60)
        assert studio.finish("order-1", SECRET) == 200
        assert until(lambda: again(job).ended, "done", 10) < SOON
    assert (again(job).status, broken()) == ("succeeded", [])
