"""Server-sent events as they go out."""

from collections.abc import AsyncIterator

from django.db import connection
from django.http import StreamingHttpResponse

from generation.seats import Seat


class _Told:
    def __init__(self, seat: Seat, lines: AsyncIterator[bytes]) -> None:
        self.seat, self.lines = seat, lines

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for line in self.lines:
                yield line
        finally:
            self.seat.leave()

    def close(self) -> None:
        """Also of what was never begun."""
        self.seat.leave()


def stream(seat: Seat, lines: AsyncIterator[bytes]) -> StreamingHttpResponse:
    # This thread has no more to ask, and Django would keep its connection until the stream has ended.
    connection.close()
    response = StreamingHttpResponse(_Told(seat, lines), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
