"""Everybody who listens in this process, looked through together: who has gone, and who missed something."""

import asyncio
import logging
from collections.abc import Collection
from typing import Protocol
from weakref import WeakKeyDictionary

from generation import broadcast
from generation.aside import aside
from generation.listeners import Listener, still_there

log = logging.getLogger(__name__)

LOOK = 2.0  # seconds between two looks


class Line(Protocol):
    listener: Listener

    async def reach(self, latest: int) -> None:
        """How far the stream has come, in case a message was lost and had no successor."""
        ...

    async def gone(self) -> None:
        """Whoever listens may not any more."""
        ...


class Register:
    def __init__(self) -> None:
        self._lines: set[Line] = set()
        self._looking: asyncio.Task[None] | None = None

    def add(self, line: Line) -> None:
        self._lines.add(line)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    def remove(self, line: Line) -> None:
        self._lines.discard(line)

    async def _keep_looking(self) -> None:
        while self._lines:
            await asyncio.sleep(LOOK)
            try:
                await self._look(list(self._lines))
            except broadcast.LOST as error:
                # Without the database nobody can sign out either.
                log.warning("could not look who still listens", extra={"reason": repr(error)})

    async def _look(self, lines: Collection[Line]) -> None:
        there = await aside(still_there)([line.listener for line in lines])
        latest = await aside(broadcast.latest_of)({line.listener.user.pk for line in lines})
        for line in lines:
            if line.listener in there:
                await line.reach(latest.get(line.listener.user.pk, 0))
            else:
                await line.gone()


_registers: WeakKeyDictionary[asyncio.AbstractEventLoop, Register] = WeakKeyDictionary()


def register() -> Register:
    return _registers.setdefault(asyncio.get_running_loop(), Register())
