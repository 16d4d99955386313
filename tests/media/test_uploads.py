import base64
import errno
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from accounts.models import User
from media import arrivals
from media.models import Asset, Upload
from tests.media import samples
from tests.media.conftest import files_in

PIECE = "application/offset+octet-stream"


def begin(api: APIClient, length: int, name: str = "film.mp4") -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype dmlkZW8="
    answer = api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH=str(length), HTTP_UPLOAD_METADATA=metadata)
    assert answer.status_code == 201, answer.content
    return answer["Location"].removeprefix("http://testserver")


def send(api: APIClient, place: str, offset: int, piece: bytes):
    return api.generic("PATCH", place, piece, content_type=PIECE, HTTP_UPLOAD_OFFSET=str(offset))


def test_a_cut_upload_goes_on_where_it_stopped(alice_api: APIClient) -> None:
    content = samples.film()
    place = begin(alice_api, len(content))
    assert send(alice_api, place, 0, content[:5000])["Upload-Offset"] == "5000"
    assert alice_api.head(place)["Upload-Offset"] == "5000"
    answer = send(alice_api, place, 5000, content[5000:])
    assert (answer.status_code, answer.content) == (204, b"")
    asset = Asset.objects.get(public_id=answer["Upload-Asset"])
    assert (asset.kind, asset.name) == ("video", "film.mp4")
    assert alice_api.get(place).json()["data"]["asset"]["id"] == str(asset.public_id)


def test_what_could_not_be_stored_with_its_last_piece_is_when_its_client_asks(
    alice_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = samples.encoded("PNG")
    place = begin(alice_api, len(content), "boat.png")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(default_storage, "save", full_disk)
        assert send(alice_api, place, 0, content).status_code == 503
        assert alice_api.head(place).status_code == 503
    answer = alice_api.head(place)
    assert (answer.status_code, answer["Upload-Offset"]) == (200, str(len(content)))
    assert Upload.objects.get().asset == Asset.objects.get(name="boat.png")
    assert alice_api.head(place).status_code == 200
    assert Asset.objects.count() == 1


def full_disk(*_what: object) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_an_upload_that_is_just_being_finished_is_not_told_as_done(alice: User, alice_api: APIClient) -> None:
    content = samples.encoded("PNG")
    place = begin(alice_api, len(content), "boat.png")
    upload = Upload.objects.get()
    # Whoever took the last piece died before they could look at it.
    arrivals.append(upload, 0, io.BytesIO(content))
    with arrivals._locked(upload):
        assert alice_api.head(place).status_code == 409
    assert alice_api.head(place).status_code == 200
    assert Asset.objects.get().name == "boat.png"


def test_an_upload_that_somebody_else_finished_meanwhile_is_done(
    alice_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = samples.encoded("PNG")
    place = begin(alice_api, len(content), "boat.png")
    arrivals.append(Upload.objects.get(), 0, io.BytesIO(content))
    ours = arrivals.finish

    def late(upload: Upload) -> Asset:
        ours(Upload.objects.get(pk=upload.pk))
        return ours(upload)

    monkeypatch.setattr(arrivals, "finish", late)
    assert alice_api.head(place).status_code == 200
    assert Asset.objects.count() == 1


def test_a_piece_at_the_wrong_place_or_too_long_is_refused(alice_api: APIClient) -> None:
    place = begin(alice_api, 10)
    assert send(alice_api, place, 3, b"abc").status_code == 409
    assert send(alice_api, place, 0, b"x" * 11).status_code == 413
    assert alice_api.patch(place, {}, format="json").status_code == 415


def test_an_evil_file_in_pieces_leaves_nothing(alice_api: APIClient, own_storage: Path) -> None:
    place = begin(alice_api, 40, "../../x.mp4")
    assert send(alice_api, place, 0, b"#EXTM3U\n".ljust(40)).status_code == 415
    assert not Upload.objects.exists()
    assert not Asset.objects.exists()
    assert files_in(own_storage.parent) == []


def test_bad_lengths_are_refused(alice_api: APIClient) -> None:
    for length, status in (("-1", 400), ("0", 400), ("x", 400), ("", 400), ("9" * 18, 413), ("9" * 40, 400)):
        assert alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH=length).status_code == status
