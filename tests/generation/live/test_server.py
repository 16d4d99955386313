"""Sockets and event streams of a real server process, as somebody outside sees them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from accounts import api_keys
from accounts.models import Scope, User
from generation import broadcast, lifecycle, scheduling
from generation.models import Event, Job
from tests.generation.asking import again, ask
from tests.generation.conftest import grant
from tests.generation.live.server import served, storage
from tests.generation.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with storage(tmp_path_factory.mktemp("var")), served() as port:
        yield port


@pytest.fixture
def port(server: int, patient: Any) -> int:
    return server


@pytest.fixture
def rich(alice: User) -> User:
    grant(alice, 1000)
    return alice


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_keys.issue(user, 'live', Scope.values)[1]}"}


def dial(port: int, headers: dict[str, str], origin: str | None = "") -> ClientConnection:
    here = f"http://127.0.0.1:{port}" if origin == "" else origin
    return connect(
        f"ws://127.0.0.1:{port}/ws/", origin=here, additional_headers=headers, compression=None, close_timeout=1
    )


def hear(socket: ClientConnection, patience: float = 10) -> dict[str, Any]:
    return json.loads(socket.recv(patience))


def code(socket: ClientConnection, patience: float = 10) -> int:
    try:
        while True:
            socket.recv(patience)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def say(user: User, times: int) -> None:
    for _each in range(times):
        broadcast.tell(user, {"type": "note"})


class Sse:
    """A reader of server-sent events, as dull as they come."""

    def __init__(self, port: int, job: Job, headers: dict[str, str]) -> None:
        at = f"http://127.0.0.1:{port}/api/v1/jobs/{job.public_id}/events"
        self.stream = httpx.stream("GET", at, headers=headers, timeout=20)

    def __enter__(self) -> "Sse":
        self.answer = self.stream.__enter__()
        self.lines = self.answer.iter_lines()
        return self

    def __exit__(self, *error: Any) -> None:
        self.stream.__exit__(*error)

    def __iter__(self) -> Iterator[dict[str, str]]:
        found: dict[str, str] = {}
        for line in self.lines:
            if line:
                name, _colon, value = line.partition(":")
                found[name] = value.strip()
            else:
                yield found
                found = {}


def test_what_happened_while_away_comes_once_and_in_order(rich: User, port: int) -> None:
    headers = bearer(rich)
    with dial(port, headers) as first:
        start = hear(first)["seq"]
        say(rich, 5)
        seen = [hear(first)["seq"] for _each in range(5)]
    telling = threading.Thread(target=_tell_and_close, args=(rich, 400))
    telling.start()
    try:
        # Away while it happens; back before it ends.
        until(lambda: Event.objects.filter(user=rich).count() >= 50, "told behind their back")
        with dial(port, headers) as second:
            assert hear(second)["type"] == "snapshot"
            second.send(json.dumps({"type": "resume", "seq": seen[-1]}))
            came = [hear(second)["seq"] for _each in range(400)]
            with pytest.raises(TimeoutError):
                second.recv(0.3)
    finally:
        telling.join()
    assert sorted(seen + came) == list(range(start + 1, start + 406))


def _tell_and_close(user: User, times: int) -> None:
    say(user, times)
    connection.close()


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_a_foreign_page_gets_no_socket(alice: User, port: int, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        dial(port, bearer(alice), origin)
    assert refused.value.response.status_code == 403


def test_abuse_closes_one_socket_with_a_code_and_the_server_lives(alice: User, port: int) -> None:
    headers = bearer(alice)
    with dial(port, headers) as watching:
        hear(watching)
        for abuse, expected in ((lambda s: s.send("x" * (2 << 20)), 1009), (lambda s: s.send(b"\xff" * 50_000), 4413),
                                (_flood, 4429), (lambda s: s.send("{"), 4400)):  # fmt: skip
            with dial(port, headers) as abuser:
                hear(abuser)
                abuse(abuser)
                assert code(abuser) == expected
        say(alice, 1)
        assert hear(watching)["type"] == "note"


def _flood(socket: ClientConnection) -> None:
    try:
        for _each in range(2000):
            socket.send('{"type":"resume","seq":0}')
    except ConnectionClosed:
        return


def test_signing_out_closes_socket_and_stream_within_five_seconds(rich: User, port: int) -> None:
    EmailAddress.objects.create(user=rich, email=rich.email, primary=True, verified=True)
    at = f"http://127.0.0.1:{port}/api/v1/auth"
    said = httpx.post(f"{at}/login", json={"email": rich.email, "password": "correct horse alice"}, timeout=20).json()
    headers = {"Authorization": f"Bearer {said['data']['access_token']}"}
    with dial(port, headers) as socket, Sse(port, ask(rich), headers) as stream:
        hear(socket)
        next(iter(stream))
        began = time.monotonic()
        assert httpx.post(f"{at}/logout", headers=headers, timeout=20).status_code == 200
        assert code(socket) == 4401
        assert all(not found for found in stream if "event" in found)
        assert time.monotonic() - began < 5


def test_a_client_that_does_not_read_holds_up_nobody(alice: User, bob: User, port: int) -> None:
    with dial(port, bearer(alice)) as deaf, dial(port, bearer(bob)) as quick:
        hear(quick)
        for _each in range(300):
            broadcast.show_preview(alice.pk, "job", 1, 2, "x" * 50_000)
        began = time.monotonic()
        say(bob, 1)
        assert hear(quick)["type"] == "note"
        assert time.monotonic() - began < 2
        assert deaf.state


def test_a_stream_tells_one_job_and_ends_with_it(rich: User, port: int) -> None:
    job, other = ask(rich), ask(rich, "something else")
    with Sse(port, job, bearer(rich)) as stream:
        assert stream.answer.headers["content-type"] == "text/event-stream"
        events = iter(stream)
        assert next(events)["event"] == "snapshot"
        lifecycle.cancel(other)
        lifecycle.cancel(job)
        rest = [found for found in events if "event" in found]
    assert [json.loads(found["data"])["job"]["status"] for found in rest] == ["canceled"]
    assert {json.loads(found["data"])["job"]["id"] for found in rest} == {str(job.public_id)}


def test_as_many_streams_as_there_are_connections_hold_up_nobody(rich: User, port: int) -> None:
    job, headers, most = ask(rich), bearer(rich), settings.STREAMS_EACH
    assert most > settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    with ExitStack() as opened:
        for _each in range(most):
            assert opened.enter_context(Sse(port, job, headers)).answer.status_code == 200
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/jobs", headers=headers, timeout=20).status_code == 200
        assert opened.enter_context(Sse(port, job, headers)).answer.status_code == 429
    until(lambda: opens(port, job, headers), "a seat that was left")


def opens(port: int, job: Job, headers: dict[str, str]) -> bool:
    with Sse(port, job, headers) as stream:
        return stream.answer.status_code == 200


def test_a_stream_resumes_without_loss_or_doubles_and_then_rests(rich: User, port: int) -> None:
    job, headers = ask(rich), bearer(rich)
    scheduling.claim("images", "tests", (), scheduling.Together({}))
    token = lifecycle.token_of(again(job))
    for step in range(1, 20):
        lifecycle.advance(job, token, step, 20, "painting")
    numbers = [str(seq) for seq in Event.objects.filter(job=job).order_by("seq").values_list("seq", flat=True)]
    with Sse(port, job, headers | {"Last-Event-ID": numbers[4]}) as stream:
        events = iter(stream)
        came = [next(events) for _each in numbers[5:]]
        lifecycle.stop(job, token, 20, 20)
        came += [found for found in events if "event" in found]
    last = str(Event.objects.filter(job=job).order_by("seq").last().seq)  # type: ignore[union-attr]
    assert [found["id"] for found in came] == [*numbers[5:], last]
    assert {found["event"] for found in came} == {"job"}
    with Sse(port, job, headers | {"Last-Event-ID": last}) as stream:
        assert stream.answer.status_code == 204


def test_a_stream_of_somebody_else_is_not_there(rich: User, charlie: User, port: int) -> None:
    job = ask(rich)
    for headers, status in ((bearer(charlie), 404), ({}, 401), (bearer(rich) | {"Last-Event-ID": "x"}, 400)):
        with Sse(port, job, headers) as stream:
            assert stream.answer.status_code == status
