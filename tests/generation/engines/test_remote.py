"""A provider is asked once, patiently, and is not believed more than it must be."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from generation.contract import Pending, Request, Result, Ticket
from generation.engines import registry
from generation.engines.remote import signatures, transport
from generation.errors import EngineFailed
from tests.generation.engines.fake_provider import PICTURE, Fake, NoticesRepeats, Studio, running

Ask = Callable[..., Request]
SECRET = "whispered"


@pytest.fixture
def studio() -> Iterator[Studio]:
    with running() as studio:
        yield studio


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def fake(studio: Studio, pauses: list[float]) -> Fake:
    return provider(Fake, studio, pauses)


def provider(kind: type[Fake], studio: Studio, pauses: list[float]) -> Fake:
    made = kind(key="our-key", base=studio.url, secret=SECRET)
    made.transport.pause = pauses.append
    return made


def nothing() -> None:
    pass


def test_from_an_order_to_a_picture(fake: Fake, studio: Studio, ask: Ask) -> None:
    ticket = fake.submit(ask(), nothing)
    assert ticket == Ticket("fake", "order-1")
    first, second, done = (fake.check(ticket) for _ in range(3))
    assert isinstance(first, Pending)
    assert (first.progress.step, second.progress.step) == (40, 80)
    assert isinstance(done, Result)
    assert (done.files[0].content, done.files[0].seed) == (PICTURE, 7)


def test_a_ticket_is_enough_to_go_on_after_a_restart(fake: Fake, studio: Studio, ask: Ask) -> None:
    ticket = fake.submit(ask(), nothing)
    later = provider(Fake, studio, [])
    assert isinstance([later.check(Ticket(ticket.provider, ticket.id)) for _ in range(3)][-1], Result)
    assert studio.asked.count("POST /orders") == 1


def test_sending_is_said_before_anything_leaves(fake: Fake, studio: Studio, ask: Ask) -> None:
    def crash() -> None:
        assert studio.asked == []
        raise RuntimeError("killed here")

    with pytest.raises(RuntimeError):
        fake.submit(ask(), crash)
    assert studio.asked == []


def test_a_job_is_canceled_there_too(fake: Fake, studio: Studio, ask: Ask) -> None:
    ticket = fake.submit(ask(), nothing)
    fake.cancel(ticket)
    assert studio.orders["order-1"]["state"] == "canceled"


@pytest.mark.parametrize("fault", ["drops", 500, 502])
def test_what_may_have_been_heard_is_not_said_twice(fake: Fake, studio: Studio, ask: Ask, fault: int | str) -> None:
    studio.faults = [fault]
    with pytest.raises(EngineFailed) as failed:
        fake.submit(ask(), nothing)
    assert (failed.value.code, failed.value.retryable) == ("provider_uncertain", False)
    assert (len(studio.orders), studio.asked) == (1, ["POST /orders"])


@pytest.mark.parametrize("fault", ["drops", 500, 502])
def test_unless_the_provider_notices_repeats(studio: Studio, pauses: list[float], ask: Ask, fault: int | str) -> None:
    studio.faults = [fault]
    ticket = provider(NoticesRepeats, studio, pauses).submit(ask(), nothing)
    assert (ticket.id, len(studio.orders), len(studio.asked)) == ("order-1", 1, 2)


@pytest.mark.parametrize("fault", [429, 503])
def test_a_busy_provider_is_asked_again_when_it_says(
    fake: Fake, studio: Studio, pauses: list[float], ask: Ask, fault: int
) -> None:
    studio.faults = [fault, fault]
    assert fake.submit(ask(), nothing) == Ticket("fake", "order-1")
    assert pauses == [7.0, 7.0]
    assert len(studio.orders) == 1


@pytest.mark.parametrize("fault", ["drops", 408, 500, 502, 503, 504])
def test_a_question_is_asked_again_whatever_happened(fake: Fake, studio: Studio, ask: Ask, fault: int | str) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.faults = [fault, fault]
    fake.check(ticket)
    assert studio.asked[1:3] == ["GET /orders/order-1"] * 2
    assert len(studio.orders) == 1


@pytest.mark.parametrize("fault", ["drops", 500, 503])
def test_patience_has_an_end(fake: Fake, studio: Studio, pauses: list[float], ask: Ask, fault: int | str) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.faults = [fault] * 10
    with pytest.raises(EngineFailed) as failed:
        fake.check(ticket)
    assert (failed.value.code, failed.value.retryable) == ("provider_unreachable", True)
    assert (len(studio.asked), len(pauses)) == (1 + transport.TRIES, transport.TRIES - 1)


def test_nobody_there_was_surely_not_heard(ask: Ask, pauses: list[float]) -> None:
    gone = Fake(key="k", base="http://127.0.0.1:9")
    gone.transport.pause = pauses.append
    with pytest.raises(EngineFailed) as failed:
        gone.submit(ask(), nothing)
    assert (failed.value.code, failed.value.retryable) == ("provider_unreachable", True)
    assert pauses == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (400, "provider_refused"),
        (401, "provider_refused"),
        (402, "provider_refused"),
        (403, "provider_refused"),
        (404, "provider_lost"),
        (410, "provider_lost"),
        (422, "provider_refused"),
        ("garbage", "provider_unreadable"),
        ("elsewhere", "provider_unreadable"),
    ],
)
def test_what_cannot_get_better_is_said_at_once(
    fake: Fake, studio: Studio, pauses: list[float], ask: Ask, fault: int | str, code: str
) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.faults = [fault]
    with pytest.raises(EngineFailed) as failed:
        fake.check(ticket)
    assert (failed.value.code, failed.value.retryable) == (code, False)
    assert pauses == []
    assert "our-key" not in failed.value.message + failed.value.log


def test_an_answer_without_end_is_left(fake: Fake, studio: Studio, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = fake.submit(ask(), nothing)
    monkeypatch.setattr(transport, "LARGEST", 4000)
    studio.faults = ["endless"]
    with pytest.raises(EngineFailed, match="without end"):
        fake.check(ticket)


def test_silence_is_given_up(fake: Fake, studio: Studio, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PATIENCE", (0.2, 0.2))
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as deaf:  # listens and never accepts
        silent = Fake(key="k", base=f"http://127.0.0.1:{deaf.server_port}")
        with pytest.raises(EngineFailed) as failed:
            silent.submit(ask(), nothing)
    assert failed.value.code == "provider_uncertain"


def test_a_failed_order_is_the_persons_to_read(fake: Fake, studio: Studio, ask: Ask) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.orders[ticket.id]["state"] = "failed"
    with pytest.raises(EngineFailed, match=r"Not nice\."):
        fake.check(ticket)


@pytest.mark.parametrize("place", ["http://169.254.169.254/key", "https://evil.example/x", "file:///etc/passwd", "x"])
def test_files_come_from_the_provider_alone(fake: Fake, studio: Studio, ask: Ask, place: str) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.orders[ticket.id]["state"], studio.picture_at = "done", place
    with pytest.raises(EngineFailed, match="not the provider's"):
        fake.check(ticket)


def test_our_key_does_not_go_with_files(fake: Fake, studio: Studio, ask: Ask) -> None:
    ticket = fake.submit(ask(), nothing)
    studio.orders[ticket.id]["state"] = "done"
    fake.check(ticket)
    assert studio.heard_keys == [None]


def test_the_providers_call_names_its_ticket(fake: Fake, studio: Studio, ask: Ask) -> None:
    heard: list[Ticket] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(fake.heard(self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    ticket = fake.submit(ask(), nothing)
    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as ear:
        thread = Thread(target=ear.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        status = studio.call_back(f"http://127.0.0.1:{ear.server_port}/", ticket.id, SECRET)
        ear.shutdown()
        thread.join()
    assert (status, heard) == (204, [ticket])


@pytest.mark.parametrize(
    ("age", "secret", "spoilt"),
    [(0, "guessed", False), (301, SECRET, False), (-400, SECRET, False), (0, SECRET, True), (0, "", False)],
)
def test_a_strangers_call_is_not_heard(fake: Fake, age: int, secret: str, spoilt: bool) -> None:
    body = json.dumps({"id": "order-1"}).encode()
    headers = {signatures.HEADER: signatures.sign(body, secret, int(time.time()) - age)}
    with pytest.raises(EngineFailed) as failed:
        fake.heard(headers, body + b" " if spoilt else body)
    assert failed.value.code == "provider_foreign"


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=²,v1=x", "nonsense", "t=1"])
def test_a_broken_signature_is_not_heard(fake: Fake, header: str) -> None:
    with pytest.raises(EngineFailed):
        fake.heard({signatures.HEADER: header} if header else {}, b"{}")


def test_no_secret_hears_nobody(studio: Studio) -> None:
    body = b'{"id": "order-1"}'
    with pytest.raises(EngineFailed):
        Fake(key="k", base=studio.url).heard({signatures.HEADER: signatures.sign(body, "", int(time.time()))}, body)


def test_a_provider_is_found_by_its_row(settings: object) -> None:
    settings.PROVIDERS = {"fake": {"engine": "tests.generation.engines.fake_provider.Fake", "key": "k", "base": "x"}}
    registry.remote.cache_clear()
    assert registry.remote("fake").transport.base == "x"
    registry.remote.cache_clear()
