"""Long answers, piece by piece, whichever server runs us."""

from collections.abc import AsyncIterator, Generator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest


def streamed(request: HttpRequest, body: Iterable[bytes]) -> Iterable[bytes] | AsyncIterator[bytes]:
    """Under ASGI the framework collects a plain iterator whole before it sends the first byte: a film in memory."""
    return _one_by_one(iter(body)) if isinstance(request, ASGIRequest) else body


async def _one_by_one(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while (piece := await _following(body)) is not None:
            yield piece
    finally:
        if isinstance(body, Generator):
            body.close()


@sync_to_async
def _following(body: Iterator[bytes]) -> bytes | None:
    return next(body, None)
