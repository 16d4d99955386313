"""Hearing what is published to one person, where no socket does it."""

import asyncio
import contextlib
from typing import Any

from channels.layers import get_channel_layer

from generation import broadcast


class Ear:
    def __init__(self, user_id: int) -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._group = broadcast.group(user_id)

    async def __aenter__(self) -> "Ear":
        self._layer = get_channel_layer()
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(self._group, self._channel)
        self._pump = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._layer.group_discard(self._group, self._channel)
        # The layer forgets a channel only when somebody who waits for it is stopped.
        self._pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pump

    async def next(self, patience: float) -> dict[str, Any] | None:
        try:
            return await asyncio.wait_for(self.heard.get(), patience)
        except TimeoutError:
            return None

    async def _hear(self) -> None:
        while True:
            self.heard.put_nowait(await self._layer.receive(self._channel))
