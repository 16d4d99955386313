"""Large files go straight into the bucket, as a browser sees it: links, bytes, one call. Then they are checked."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media import direct, trash
from media.models import Asset, Upload
from media.reconciling import look
from tests.media import samples
from tests.media.test_uploads import begin

LEAST = 5 << 20  # S3 takes no smaller part but the last


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.MEDIA_DIRECT = True
    monkeypatch.setattr(direct, "PART", LEAST)


@pytest.fixture(scope="module")
def song() -> bytes:
    return samples.sound("wav", 70)


def missing(api: APIClient, place: str) -> list[dict[str, Any]]:
    answer = api.post(f"{place}/parts")
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["data"]["items"]
    return items


def send(parts: list[dict[str, Any]], content: bytes) -> None:
    for part in parts:
        piece = content[part["at"] : part["at"] + part["bytes"]]
        assert requests.put(part["url"], piece, timeout=10).status_code == 200


def in_bucket(bucket: Any) -> list[str]:
    return [found.key for found in bucket.objects.all()]


def begun_in(bucket: Any) -> list[Any]:
    return list(bucket.multipart_uploads.all())


def test_parts_arrive_are_checked_and_nothing_raw_stays(bucket: Any, alice_api: APIClient, song: bytes) -> None:
    place = begin(alice_api, len(song), "song.wav")
    parts = missing(alice_api, place)
    assert [part["bytes"] for part in parts] == [LEAST, len(song) - LEAST]
    send(parts, song)
    assert not Asset.objects.exists()
    shown = alice_api.post(f"{place}/arrival").json()["data"]
    assert (shown["kind"], shown["name"]) == ("audio", "song.wav")
    assert in_bucket(bucket) == [Asset.objects.get().path]
    assert b"SECRET" not in bucket.Object(Asset.objects.get().path).get()["Body"].read()
    assert alice_api.post(f"{place}/arrival").json()["data"]["id"] == shown["id"]
    assert alice_api.post(f"{place}/parts").status_code == 409
    assert look(timedelta(0)).all() == []


def test_after_a_cut_only_the_rest_is_sent(bucket: Any, alice_api: APIClient, song: bytes) -> None:
    place = begin(alice_api, len(song))
    send(missing(alice_api, place)[:1], song)
    assert alice_api.post(f"{place}/arrival").status_code == 409
    rest = missing(alice_api, place)
    assert [part["number"] for part in rest] == [2]
    send(rest, song)
    assert alice_api.post(f"{place}/arrival").status_code == 200


def test_an_evil_file_leaves_nothing(bucket: Any, alice_api: APIClient) -> None:
    content = b"#EXTM3U\nfile:///etc/passwd\n"
    place = begin(alice_api, len(content))
    send(missing(alice_api, place), content)
    answer = alice_api.post(f"{place}/arrival")
    assert (answer.status_code, answer.json()["error"]["details"]) == (415, {"file": ["playlist"]})
    assert (in_bucket(bucket), Asset.objects.count(), Upload.objects.count()) == ([], 0, 0)


def test_a_link_lives_five_minutes_for_exactly_so_many_bytes(bucket: Any, alice_api: APIClient) -> None:
    [part] = missing(alice_api, begin(alice_api, 10))
    asked = parse_qs(urlsplit(part["url"]).query)
    assert int(asked["X-Amz-Expires"][0]) <= 300
    assert "content-length" in asked["X-Amz-SignedHeaders"][0].split(";")


def test_a_part_of_another_length_does_not_count(bucket: Any, alice_api: APIClient) -> None:
    place = begin(alice_api, 10)
    [part] = missing(alice_api, place)
    requests.put(part["url"], b"eleven byte", timeout=10)
    assert alice_api.post(f"{place}/arrival").status_code == 409
    assert [part["number"] for part in missing(alice_api, place)] == [1]


@pytest.mark.parametrize("given_up", ["by hand", "by time"])
def test_what_is_given_up_costs_nothing(bucket: Any, alice_api: APIClient, given_up: str) -> None:
    place = begin(alice_api, 10)
    send(missing(alice_api, place), b"0123456789")
    if given_up == "by hand":
        assert alice_api.delete(place).status_code == 204
    else:
        Upload.objects.update(created_at=timezone.now() - timedelta(days=2))
        trash.empty_old()
    assert (begun_in(bucket), in_bucket(bucket), Upload.objects.count()) == ([], [], 0)


def test_parts_that_nobody_wrote_down_are_swept(bucket: Any, alice_api: APIClient) -> None:
    missing(alice_api, begin(alice_api, 10))
    bucket.Object("temp/x.arriving").initiate_multipart_upload()
    direct.sweep(timezone.now() + timedelta(minutes=1))
    assert [begun.id for begun in begun_in(bucket)] == [Upload.objects.get().parts]


def test_a_bucket_that_browsers_cannot_reach_takes_none(bucket: Any, alice_api: APIClient, settings: Settings) -> None:
    settings.MEDIA_DIRECT = False
    place = begin(alice_api, 10)
    assert alice_api.post(f"{place}/parts").status_code == 409
    assert begun_in(bucket) == []


def test_a_folder_takes_no_parts_and_says_so(alice: User, alice_api: APIClient) -> None:
    begun = alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH="10").json()["data"]
    assert begun["parts"] is None
    answer = alice_api.post(f"/api/v1/uploads/{begun['id']}/parts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
