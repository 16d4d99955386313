import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from media.models import Asset


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def at(photo: Asset) -> str:
    return f"/api/v1/assets/{photo.public_id}/content"


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-5", -5, None), ("bytes=0-999999", 0, None)],
)
def test_a_range_is_answered_exactly(alice_api: APIClient, at: str, header: str, start: int, end: int | None) -> None:
    whole = body(alice_api.get(at))
    part = alice_api.get(at, HTTP_RANGE=header)
    assert part.status_code == 206
    assert body(part) == whole[start:end]
    assert part["Content-Range"].endswith(f"/{len(whole)}")
    assert int(part["Content-Length"]) == len(whole[start:end])


@pytest.mark.parametrize("header", ["bytes=999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(alice_api: APIClient, photo: Asset, at: str, header: str) -> None:
    answer = alice_api.get(at, HTTP_RANGE=header)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{photo.bytes}"


@pytest.mark.parametrize("header", ["bytes=5-2", "lines=1-2", "bytes=a-b", "bytes=0-1,4-5", "bytes=-"])
def test_a_range_that_makes_no_sense_is_ignored(alice_api: APIClient, photo: Asset, at: str, header: str) -> None:
    answer = alice_api.get(at, HTTP_RANGE=header)
    assert answer.status_code == 200
    assert len(body(answer)) == photo.bytes


def test_conditional_requests(alice_api: APIClient, photo: Asset, at: str) -> None:
    mark = alice_api.get(at)["ETag"]
    assert alice_api.get(at, HTTP_IF_NONE_MATCH=mark).status_code == 304
    assert alice_api.get(at, HTTP_IF_MATCH='"other"').status_code == 412
    assert alice_api.get(at, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE=mark).status_code == 206
    assert alice_api.get(at, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE='"other"').status_code == 200


def test_no_cache_may_keep_it_and_no_browser_may_guess(alice_api: APIClient, at: str) -> None:
    answer = alice_api.get(f"{at}?download=true")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="holiday.jpg"'
    assert "sandbox" in answer["Content-Security-Policy"]


def test_nginx_is_told_where_it_lies(alice_api: APIClient, photo: Asset, at: str, settings: Settings) -> None:
    settings.MEDIA_DELIVERY = "accel"
    answer = alice_api.get(at)
    assert answer["X-Accel-Redirect"] == f"/protected/{photo.path}"
    assert answer.content == b""


def test_head_sends_no_bytes(alice_api: APIClient, photo: Asset, at: str) -> None:
    answer = alice_api.head(at)
    assert int(answer["Content-Length"]) == photo.bytes
    assert body(answer) == b""
