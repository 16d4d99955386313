"""The socket: one stream a person. A snapshot first, then what happens, numbered and without a gap."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

import orjson
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from redis.exceptions import RedisError

from generation import broadcast
from generation.aside import aside
from generation.broadcast import Message
from generation.following import Following
from generation.listeners import Listener, from_here, identify
from generation.register import register

LARGEST = 4096
PATIENCE = 2  # seconds that a Redis that is gone or frozen may hold up an end
TALK = 20  # messages of a client in ten seconds

# Of the application's own: daphne cannot close with those below 3000.
GONE, FOREIGN, MANY, BAD, FLOOD, LARGE = 4401, 4403, 4409, 4400, 4429, 4413


class Stream(AsyncWebsocketConsumer):  # type: ignore[misc]
    counts: ClassVar[Counter[int]] = Counter()

    listener: Listener
    known = False
    following: Following
    over = False

    async def __call__(self, *how: Any) -> None:
        try:
            await super().__call__(*how)
        finally:
            # However it ends: of a socket that breaks or is stopped nobody hears that it was disconnected.
            self._uncount()
            await self._deafen()

    async def dispatch(self, message: Message) -> None:
        # Channels would visit a thread before each message, to close connections that are not even this thread's.
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        headers = self.scope["headers"]
        listener = await aside(identify)(headers) if from_here(headers) else None
        if not from_here(headers):
            await self._end(FOREIGN)
            return
        # A page is told the code of a socket that was open, and of no other.
        await self.accept()
        if listener is None:
            await self._end(GONE)
            return
        if self.counts[listener.user.pk] >= settings.SOCKETS_EACH:
            await self._end(MANY)
            return
        self.listener, self.heard, self.sending = listener, deque[float](maxlen=TALK), asyncio.Lock()
        self.following = Following(partial(broadcast.since, listener.user), partial(broadcast.snapshot, listener.user))
        self.counts[listener.user.pk] += 1
        self.known = True
        # Listen first, look second: what happens between is told twice by the layer and once by us.
        await self.channel_layer.group_add(broadcast.group(listener.user.pk), self.channel_name)
        async with self.sending:
            await self._say(await self.following.begin())
        register().add(self)

    async def disconnect(self, code: int) -> None:
        self.over = True
        self._uncount()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.over:
            return
        if len(text_data or bytes_data or "") > LARGEST:
            await self._end(LARGE)
        elif self._floods():
            await self._end(FLOOD)
        elif (wanted := _resume(text_data)) is None:
            await self._end(BAD)
        else:
            async with self.sending:
                await self._say(await self.following.again(wanted))

    async def stream_event(self, event: Message) -> None:
        async with self.sending:
            await self._say(await self.following.take(event["seq"], event["message"]))

    async def stream_preview(self, event: Message) -> None:
        await self._say([event["message"]])

    async def stream_recheck(self, event: Message) -> None:
        if await aside(identify)(self.scope["headers"]) is None:
            await self.gone()

    async def gone(self) -> None:
        await self._end(GONE)

    async def reach(self, latest: int) -> None:
        async with self.sending:
            await self._say(await self.following.reach(latest))

    def _uncount(self) -> None:
        if self.known:
            self.known = False
            self.counts[self.listener.user.pk] -= 1
            register().remove(self)

    async def _deafen(self) -> None:
        if hasattr(self, "listener"):
            group = broadcast.group(self.listener.user.pk)
            with suppress(RedisError, TimeoutError):
                await asyncio.wait_for(self.channel_layer.group_discard(group, self.channel_name), PATIENCE)

    def _floods(self) -> bool:
        now = time.monotonic()
        self.heard.append(now)
        return len(self.heard) == TALK and now - self.heard[0] < 10

    async def _say(self, messages: Iterable[Mapping[str, Any]]) -> None:
        for message in messages:
            if not self.over:
                await self.send(orjson.dumps(message).decode())

    async def _end(self, code: int) -> None:
        if not self.over:
            self.over = True
            await self.close(code)


def _resume(text: str | None) -> int | None:
    try:
        wanted = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(wanted, dict) or wanted.get("type") != "resume" or set(wanted) != {"type", "seq"}:
        return None
    seq = wanted["seq"]
    return seq if type(seq) is int and 0 <= seq < 2**63 else None
