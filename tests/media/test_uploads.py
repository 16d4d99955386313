import base64
from pathlib import Path

from rest_framework.test import APIClient

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
