import asyncio
from contextlib import suppress
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from channels.testing import WebsocketCommunicator
from channels_redis.pubsub import RedisPubSubLoopLayer
from django.contrib.sessions.models import Session
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from accounts import api_keys, closure
from accounts.models import ApiKey, Scope, User
from generation import broadcast, lifecycle
from generation.models import Event
from generation.register import register
from klikyai.asgi import application
from tests.generation.asking import ask
from tests.generation.conftest import grant
from tests.generation.live.conftest import Open, aside, bearer, cookie, until_closed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rich(alice: User) -> User:
    grant(alice, 1000)
    return alice


def say(user: User, text: str = "x", publish: bool = True) -> int:
    """An event of no job."""
    if publish:
        return broadcast.tell(user, {"type": "note", "text": text})
    silent = broadcast.publish
    broadcast.publish = lambda *_all: None
    try:
        return broadcast.tell(user, {"type": "note", "text": text})
    finally:
        broadcast.publish = silent


async def heard(socket: Any, count: int) -> list[int]:
    return [(await socket.receive_json_from(timeout=10))["seq"] for _each in range(count)]


async def test_a_snapshot_comes_first_then_what_happens(rich: User, patient: Any, connect: Open) -> None:
    job = await aside(ask)(rich)
    socket = await connect(await aside(cookie)(rich))
    snapshot = await socket.receive_json_from(timeout=10)
    assert snapshot["type"] == "snapshot"
    assert [shown["id"] for shown in snapshot["jobs"]] == [str(job.public_id)]
    assert snapshot["wallet"] == {"available": 996, "held": 4}
    await aside(lifecycle.cancel)(job)
    told = [await socket.receive_json_from(timeout=10) for _each in range(2)]
    assert [message["seq"] for message in told] == [snapshot["seq"] + 1, snapshot["seq"] + 2]
    assert {message["type"] for message in told} == {"wallet", "job"}


async def test_a_key_and_a_token_open_it_as_a_session_does(alice: User, connect: Open) -> None:
    for headers in (await aside(cookie)(alice), await aside(bearer)(alice), await aside(token)(alice)):
        socket = await connect(headers)
        assert (await socket.receive_json_from(timeout=10))["type"] == "snapshot"


def token(user: User) -> list[tuple[bytes, bytes]]:
    api = APIClient()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    answer = api.post("/api/v1/auth/login", {"email": user.email, "password": "correct horse alice"}, format="json")
    return [(b"authorization", f"Bearer {answer.json()['data']['access_token']}".encode())]


@pytest.mark.parametrize(
    "origin", [None, b"", b"null", b"http://evil.example", b"http://testserver.evil.example", b"http://["]
)
async def test_a_page_from_elsewhere_is_refused(alice: User, connect: Open, origin: bytes | None) -> None:
    assert not (await connect(await aside(cookie)(alice), origin)).accepted
    assert not (await connect(await aside(bearer)(alice), origin)).accepted


async def test_a_page_without_encryption_is_foreign_where_there_is_some(
    alice: User, connect: Open, settings: Any
) -> None:
    headers = await aside(cookie)(alice)
    assert (await connect(headers, b"https://testserver")).accepted
    settings.SESSION_COOKIE_SECURE = True
    assert not (await connect(headers)).accepted


async def test_another_host_than_ours_is_refused(alice: User, connect: Open) -> None:
    headers = [(b"host", b"evil.example"), *await aside(cookie)(alice)]
    assert not (await connect(headers, b"http://evil.example")).accepted


async def test_nobody_is_refused(alice: User, connect: Open) -> None:
    key, secret = await aside(api_keys.issue)(alice, "revoked", Scope.values)
    await aside(api_keys.revoke)(key)
    revoked = [(b"authorization", f"Bearer {secret}".encode())]
    unscoped = await aside(bearer)(alice, [Scope.BILLING])
    for headers in ([], [(b"cookie", b"sessionid=made-up")], [(b"authorization", b"Bearer x")], revoked, unscoped):
        assert await until_closed(await connect(headers)) == 4401


async def test_a_bad_header_does_not_fall_through_to_the_cookie(alice: User, connect: Open) -> None:
    headers = [*await aside(cookie)(alice), (b"authorization", b"Bearer klik_nonsense")]
    assert await until_closed(await connect(headers)) == 4401


async def test_nothing_of_somebody_else_is_heard(alice: User, charlie: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(charlie))
    await socket.receive_json_from(timeout=10)
    await aside(say)(alice)
    await aside(say)(charlie, "mine")
    assert (await socket.receive_json_from(timeout=10))["text"] == "mine"
    assert await socket.receive_nothing(0.2)


async def test_what_was_lost_on_the_way_is_read_again(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    start = (await socket.receive_json_from(timeout=10))["seq"]
    for publish in (True, False, False, True):
        await aside(say)(alice, publish=publish)
    assert await heard(socket, 4) == [start + step for step in (1, 2, 3, 4)]


async def test_a_last_message_that_was_lost_comes_all_the_same(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    start = (await socket.receive_json_from(timeout=10))["seq"]
    await aside(say)(alice, publish=False)
    assert await heard(socket, 1) == [start + 1]


async def test_what_comes_twice_is_told_once(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    start = (await socket.receive_json_from(timeout=10))["seq"]
    await aside(say)(alice)
    again = {"type": "stream.event", "seq": start + 1, "message": {"seq": start + 1}}
    await aside(broadcast.publish)(alice.pk, again)
    await aside(say)(alice)
    assert await heard(socket, 2) == [start + 1, start + 2]
    assert await socket.receive_nothing(0.2)


async def test_resuming_gives_what_was_missed_in_order_and_once(alice: User, connect: Open) -> None:
    for _each in range(6):
        await aside(say)(alice)
    socket = await connect(await aside(cookie)(alice))
    assert (await socket.receive_json_from(timeout=10))["seq"] == 6
    await aside(say)(alice)
    assert await heard(socket, 1) == [7]
    await socket.send_json_to({"type": "resume", "seq": 2})
    assert await heard(socket, 4) == [3, 4, 5, 6]
    await socket.send_json_to({"type": "resume", "seq": 2})
    await aside(say)(alice)
    assert await heard(socket, 1) == [8]


async def test_whoever_was_away_too_long_begins_anew(alice: User, connect: Open) -> None:
    for _each in range(4):
        await aside(say)(alice)
    await aside(Event.objects.filter(seq__lt=3).delete)()
    socket = await connect(await aside(cookie)(alice))
    await socket.receive_json_from(timeout=10)
    for seq in (1, 4000):
        await socket.send_json_to({"type": "resume", "seq": seq})
        assert (await socket.receive_json_from(timeout=10))["type"] == "snapshot"


async def test_progress_is_skipped_but_no_change_of_status(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    await socket.receive_json_from(timeout=10)
    for step, status in [*[(step, "running") for step in range(40)], (40, "succeeded")]:
        ended = "2026-01-01" if status == "succeeded" else None
        job = {"id": "a", "status": status, "step": step, "canceling": False, "attempts": 1, "finished_at": ended}
        await aside(broadcast.tell)(alice, {"type": "job", "job": job})
    told: list[dict[str, Any]] = []
    while not told or told[-1]["status"] != "succeeded":
        told.append((await socket.receive_json_from(timeout=10))["job"])
    assert len(told) < 40
    assert told[0]["step"] == 0


BAD = ["{", "[]", '{"type":"resume"}', '{"type":"resume","seq":-1}', '{"type":"other","seq":1}', b"\x00\x01",
       '{"type":"resume","seq":1,"more":1}', "[" * 4000, '{"type":"resume","seq":1e400}']  # fmt: skip


@pytest.mark.parametrize(("said", "code"), [*((said, 4400) for said in BAD), ("x" * 5000, 4413)])
async def test_bad_messages_close_it_with_a_code(alice: User, connect: Open, said: Any, code: int) -> None:
    socket = await connect(await aside(cookie)(alice))
    await socket.receive_json_from(timeout=10)
    await socket.send_to(**({"bytes_data": said} if isinstance(said, bytes) else {"text_data": said}))
    assert await until_closed(socket) == code


async def test_a_flood_closes_it(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    for _each in range(30):
        await socket.send_json_to({"type": "resume", "seq": 0})
    assert await until_closed(socket) == 4429


async def test_one_person_has_so_many_sockets_and_no_more(alice: User, bob: User, connect: Open, settings: Any) -> None:
    settings.SOCKETS_EACH = 2
    headers = await aside(cookie)(alice)
    first, _second, third = [await connect(headers) for _each in range(3)]
    assert await until_closed(third) == 4409
    assert (await (await connect(await aside(cookie)(bob))).receive_json_from(timeout=10))["type"] == "snapshot"
    await first.disconnect()
    assert (await (await connect(headers)).receive_json_from(timeout=10))["type"] == "snapshot"


async def test_a_socket_that_breaks_is_counted_no_longer(
    alice: User, connect: Open, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SOCKETS_EACH = 1
    headers = await aside(cookie)(alice)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(RedisPubSubLoopLayer, "group_add", lost)
        broken = await connect(headers)
        with pytest.raises(RedisConnectionError):
            await asyncio.wait_for(broken.future, 10)
    assert (await (await connect(headers)).receive_json_from(timeout=10))["type"] == "snapshot"


async def lost(*_where: Any) -> None:
    raise RedisConnectionError


@pytest.mark.parametrize("where", ["in the middle", "at rest"])
async def test_a_socket_that_is_stopped_is_counted_no_longer(
    alice: User, connect: Open, settings: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    settings.SOCKETS_EACH = 1
    headers = await aside(cookie)(alice)
    with monkeypatch.context() as meanwhile:
        if where == "in the middle":
            meanwhile.setattr(RedisPubSubLoopLayer, "group_add", frozen)
        stopped = await connect(headers)
        if where == "at rest":
            await stopped.receive_json_from(timeout=10)
        stopped.future.cancel()
        with suppress(asyncio.CancelledError):
            await stopped.future
    assert not register()._lines
    assert not await aside(broadcast.listens)(alice.pk)
    assert (await (await connect(headers)).receive_json_from(timeout=10))["type"] == "snapshot"


async def frozen(*_where: Any) -> None:
    await asyncio.Event().wait()


async def leaves(user: User, how: str) -> None:
    if how == "key revoked":
        await aside(lambda: [api_keys.revoke(key) for key in ApiKey.objects.filter(user=user)])()
    elif how == "deactivated":
        await aside(closure.deactivate)(user, actor=None, reason="tests")
    else:
        await aside(Session.objects.all().delete)()


@pytest.mark.parametrize("how", ["key revoked", "deactivated", "session gone"])
async def test_it_closes_when_its_person_may_no_longer_listen(alice: User, connect: Open, how: str) -> None:
    socket = await connect(await aside(bearer if how == "key revoked" else cookie)(alice))
    await socket.receive_json_from(timeout=10)
    await leaves(alice, how)
    assert await until_closed(socket, 5) == 4401


async def test_a_preview_comes_without_a_number(alice: User, connect: Open) -> None:
    socket = await connect(await aside(cookie)(alice))
    await socket.receive_json_from(timeout=10)
    await aside(broadcast.show_preview)(alice.pk, "job", 3, 9, "data:image/webp;base64,AA==")
    assert await socket.receive_json_from(timeout=10) == {
        "type": "preview", "job": "job", "step": 3, "steps": 9, "image": "data:image/webp;base64,AA==",
    }  # fmt: skip


async def test_an_address_that_is_no_socket_is_refused() -> None:
    accepted, _code = await WebsocketCommunicator(application, "/elsewhere/").connect()
    assert not accepted


async def test_who_has_a_page_open_is_known(rich: User, connect: Open) -> None:
    assert not await aside(broadcast.listens)(rich.pk)
    socket = await connect(await aside(cookie)(rich))
    await socket.receive_json_from(timeout=10)
    assert await aside(broadcast.listens)(rich.pk)
