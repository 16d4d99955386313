"""A film leaves piece by piece, under the server of `make run` as well: nobody's film lies in memory whole."""

import zipfile
from collections.abc import AsyncIterator, Iterator
from io import BytesIO

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from accounts.models import User
from accounts.streaming import streamed
from media.models import Asset


class Counted:
    """How many pieces were read ahead of the one that is being sent."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self.left:
                self.left -= 1
                self.read += 1
                yield b"x"
        finally:
            self.closed = True


async def sent(response: StreamingHttpResponse) -> AsyncIterator[tuple[bytes, int]]:
    async for piece in response:
        yield piece


async def test_one_piece_at_a_time(rf: object, async_rf: object) -> None:
    body = Counted(5)
    response = StreamingHttpResponse(streamed(async_rf.get("/"), body))  # type: ignore[attr-defined]
    seen = [body.read async for _piece in sent(response)]
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators")
async def test_handed_over_plainly_it_would_be_collected_whole(rf: object) -> None:
    body = Counted(5)
    response = StreamingHttpResponse(streamed(rf.get("/"), body))  # type: ignore[attr-defined]
    seen = [body.read async for _piece in sent(response)]
    assert seen == [5, 5, 5, 5, 5]


async def test_who_hangs_up_closes_the_file(async_rf: object) -> None:
    body = Counted(5)
    stream = streamed(async_rf.get("/"), body)  # type: ignore[attr-defined]
    async for _piece in stream:  # type: ignore[union-attr]
        break
    await stream.aclose()  # type: ignore[union-attr]
    assert body.closed


@pytest.mark.django_db(transaction=True)
async def test_a_file_and_an_archive_arrive_whole(photo: Asset, alice: User) -> None:
    client = AsyncClient()
    await client.aforce_login(alice)
    answer = await client.get(f"/api/v1/assets/{photo.public_id}/content")
    content = b"".join([piece async for piece in answer.streaming_content])
    assert len(content) == photo.bytes
    answer = await client.post(
        "/api/v1/assets/archive", {"ids": [str(photo.public_id)]}, content_type="application/json"
    )
    packed = b"".join([piece async for piece in answer.streaming_content])
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.read(archive.namelist()[0]) == content
