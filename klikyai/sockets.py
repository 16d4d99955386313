from channels.generic.websocket import AsyncWebsocketConsumer

NOTHING_HERE = 4404


class Nothing(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Any other address: refused, instead of an error in the log for each."""

    async def connect(self) -> None:
        await self.close(NOTHING_HERE)
