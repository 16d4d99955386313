"""A bound on the frames of sockets where they arrive, and a word for addresses that are none."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from daphne import server

LARGEST = 64 * 1024
NOTHING_HERE = 4404


class Nothing(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Any other address: refused, instead of an error in the log for each."""

    async def connect(self) -> None:
        await self.close(NOTHING_HERE)


class BoundedFactory(server.WebSocketFactory):  # type: ignore[misc]
    def setProtocolOptions(self, **options: Any) -> None:
        # Whoever sends too much is told so by a code, not just dropped. What goes out, like a snapshot, may be larger.
        super().setProtocolOptions(**options | {"failByDrop": False, "maxFramePayloadSize": LARGEST})


def bound() -> None:
    """From here on, for every socket that daphne takes."""
    server.WebSocketFactory = BoundedFactory
