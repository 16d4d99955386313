"""Each number once and in order, whatever the way here lost or doubled."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generation.aside import aside

Message = Mapping[str, Any]
Read = Callable[[int], Sequence[Message] | None]

A_SECOND = 4  # messages of one job


class Following:
    """How far one listener has come. `read` answers what came after a number, or None when that is too long ago."""

    def __init__(self, read: Read, fresh: Callable[[], Message]) -> None:
        self._read, self._fresh = read, fresh
        self._pace = Pace()
        self.seq = self.floor = 0

    async def begin(self, seq: int | None = None) -> Sequence[Message]:
        """From a snapshot, or from the number that they have already."""
        missed = None if seq is None else await aside(self._read)(seq)
        if missed is None:
            return [await self._anew()]
        self.seq = self.floor = _end(missed, seq or 0)
        return missed

    async def take(self, seq: int, message: Message) -> Sequence[Message]:
        if seq <= self.seq:
            return ()
        if seq == self.seq + 1:
            self.seq = seq
            return (message,) if self._pace.lets(message) else ()
        return await self.reach(seq)

    async def reach(self, latest: int) -> Sequence[Message]:
        """Something was lost on the way: it is in the database."""
        if latest <= self.seq:
            return ()
        missed = await aside(self._read)(self.seq)
        if missed is None:
            return [await self._anew()]
        self.seq = max(_end(missed, self.seq), latest)
        return missed

    async def again(self, seq: int) -> Sequence[Message]:
        """What they say they missed. What this listener was told since its snapshot is not told twice."""
        if seq == self.floor:
            return ()
        missed = await aside(self._read)(seq)
        if missed is None:
            return [await self._anew()]
        if seq > self.floor:
            self.seq = max(self.seq, _end(missed, seq))
            return missed
        until, self.floor = self.floor, seq
        return [message for message in missed if message["seq"] <= until]

    async def _anew(self) -> Message:
        snapshot = await aside(self._fresh)()
        self.seq = self.floor = snapshot["seq"]
        return snapshot


class Pace:
    """Progress may be skipped, the next one says more. A change of status never is."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}
        self._said: dict[str, tuple[Any, ...]] = {}

    def lets(self, message: Message) -> bool:
        if message.get("type") != "job":
            return True
        job, now = message["job"], time.monotonic()
        sent = self._sent.setdefault(job["id"], deque(maxlen=A_SECOND))
        says = (job["status"], job["canceling"], job["attempts"])
        if says == self._said.get(job["id"]) and len(sent) == A_SECOND and now - sent[0] < 1:
            return False
        sent.append(now)
        self._said[job["id"]] = says
        if job["finished_at"] is not None:
            self._sent.pop(job["id"])
            self._said.pop(job["id"])
        return True


def _end(messages: Sequence[Message], otherwise: int) -> int:
    return messages[-1]["seq"] if messages else otherwise
