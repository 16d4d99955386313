"""The socket: one stream a person. A snapshot first, then what happens, numbered and without a gap."""

import asyncio
import contextlib
import time
from collections import Counter, deque
from typing import ClassVar

import orjson
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from generation import broadcast
from generation.broadcast import Message
from generation.listeners import Listener, from_here, identify, still_there

LOOK = 4.0  # seconds between two looks at who may still listen
LARGEST = 4096
TALK = 20  # messages of a client in ten seconds

GONE, FOREIGN, MANY, BAD, FLOOD, LARGE = 4401, 4403, 4409, 4400, 4429, 1009


class Stream(AsyncWebsocketConsumer):  # type: ignore[misc]
    listening: ClassVar[dict[asyncio.AbstractEventLoop, set["Stream"]]] = {}
    looking: ClassVar[dict[asyncio.AbstractEventLoop, asyncio.Task[None]]] = {}
    counts: ClassVar[Counter[int]] = Counter()

    listener: Listener | None = None
    seq = 0

    async def connect(self) -> None:
        headers = self.scope["headers"]
        listener = await database_sync_to_async(identify)(headers) if from_here(headers) else None
        if listener is None:
            await self.close(FOREIGN if not from_here(headers) else GONE)
            return
        if self.counts[listener.user.pk] >= settings.SOCKETS_EACH:
            await self.accept()
            await self.close(MANY)
            return
        self.listener, self.heard, self.sending = listener, deque[float](maxlen=TALK), asyncio.Lock()
        self.counts[listener.user.pk] += 1
        await self.accept()
        # Listen first, look second: what happens between is told twice by the layer and once by us.
        await self.channel_layer.group_add(broadcast.group(listener.user.pk), self.channel_name)
        async with self.sending:
            await self._begin()
        self._join()

    async def disconnect(self, code: int) -> None:
        if self.listener is None:
            return
        self.counts[self.listener.user.pk] -= 1
        self.listening.get(asyncio.get_running_loop(), set()).discard(self)
        await self.channel_layer.group_discard(broadcast.group(self.listener.user.pk), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if len(text_data or bytes_data or "") > LARGEST:
            await self.close(LARGE)
            return
        now = time.monotonic()
        if len(self.heard) == TALK and now - self.heard[0] < 10:
            await self.close(FLOOD)
            return
        self.heard.append(now)
        wanted = _resume(text_data)
        if wanted is None:
            await self.close(BAD)
            return
        async with self.sending:
            await self._resume(wanted)

    async def stream_event(self, event: Message) -> None:
        async with self.sending:
            if event["seq"] == self.seq + 1:
                self.seq = event["seq"]
                await self._say(event["message"])
            elif event["seq"] > self.seq:
                await self._catch_up()

    async def stream_preview(self, event: Message) -> None:
        await self._say(event["message"])

    async def stream_recheck(self, event: Message) -> None:
        if self.listener and await database_sync_to_async(identify)(self.scope["headers"]) is None:
            await self.close(GONE)

    async def _begin(self) -> None:
        assert self.listener is not None  # noqa: S101 - only called for somebody
        snapshot = await database_sync_to_async(broadcast.snapshot)(self.listener.user)
        self.seq = snapshot["seq"]
        await self._say(snapshot)

    async def _catch_up(self) -> None:
        """A message of the layer was lost: the database has them all."""
        assert self.listener is not None  # noqa: S101
        missed = await database_sync_to_async(broadcast.since)(self.listener.user, self.seq)
        if missed is None:
            await self._begin()
            return
        for message in missed:
            self.seq = message["seq"]
            await self._say(message)

    async def _resume(self, seq: int) -> None:
        """What was missed since `seq`, as far as it has not come already on this socket."""
        assert self.listener is not None  # noqa: S101
        missed = await database_sync_to_async(broadcast.since)(self.listener.user, seq)
        if missed is None:
            await self._begin()
            return
        for message in missed:
            await self._say(message)
            self.seq = max(self.seq, message["seq"])

    async def _say(self, message: Message) -> None:
        await self.send(orjson.dumps(message).decode())

    def _join(self) -> None:
        loop = asyncio.get_running_loop()
        if loop not in self.listening:
            self.listening[loop] = set()
            self.looking[loop] = loop.create_task(_look(self.listening[loop]))
        self.listening[loop].add(self)


async def _look(streams: set[Stream]) -> None:
    """One task and one look for all sockets of this process."""
    while True:
        await asyncio.sleep(LOOK)
        listeners = {stream: stream.listener for stream in streams if stream.listener is not None}
        if not listeners:
            continue
        with contextlib.suppress(*broadcast.LOST):
            there = await database_sync_to_async(still_there)(listeners.values())
            gone = [stream for stream, listener in listeners.items() if listener not in there]
            await asyncio.gather(*(stream.close(GONE) for stream in gone))
            await _mend_gaps([stream for stream in listeners if stream not in gone])


async def _mend_gaps(streams: list[Stream]) -> None:
    """A message that was lost and had no successor is found here."""
    latest = await sync_to_async(broadcast.latest_of)(
        {stream.listener.user.pk for stream in streams if stream.listener}
    )
    for stream in streams:
        if stream.listener and latest.get(stream.listener.user.pk, 0) > stream.seq:
            async with stream.sending:
                await stream._catch_up()


def _resume(text: str | None) -> int | None:
    try:
        wanted = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(wanted, dict) or wanted.get("type") != "resume" or set(wanted) != {"type", "seq"}:
        return None
    seq = wanted["seq"]
    return seq if type(seq) is int and 0 <= seq < 2**63 else None
