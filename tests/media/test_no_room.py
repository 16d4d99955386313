"""A disk that is really full: a small one, mounted for the test."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media.errors import StorageFailed
from media.intake import keep_output
from media.models import Asset, Space, Upload
from tests.media import samples
from tests.media.conftest import files_in
from tests.media.test_uploads import begin, send


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.fixture(scope="module")
def noise() -> bytes:
    return samples.encoded("PNG", Image.frombytes("RGB", (500, 500), random.Random(1).randbytes(750_000)))


def nothing_of_it(place: Path) -> bool:
    return (Asset.objects.count(), Space.objects.filter(used__gt=0).count(), files_in(place)) == (0, 0, [])


def refused(api: APIClient, content: bytes) -> bool:
    answer = api.post("/api/v1/assets", {"file": SimpleUploadedFile("x.png", content)}, format="multipart")
    return answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable" and "Retry-After" in answer


@pytest.mark.parametrize("content", ["too large to arrive", "too large to be cleaned"])
def test_no_room_for_the_work(
    alice_api: APIClient, own_storage: Path, tiny: Path, settings: Settings, noise: bytes, content: str
) -> None:
    settings.MEDIA_ARRIVALS = tiny
    large = noise + bytes(600_000) if content == "too large to arrive" else noise
    assert refused(alice_api, large)
    assert nothing_of_it(own_storage.parent)


def test_no_room_in_the_storage(alice_api: APIClient, tiny: Path, settings: Settings, noise: bytes) -> None:
    settings.MEDIA_ROOT = tiny
    (tiny / "ballast").write_bytes(bytes(600_000))
    assert refused(alice_api, noise)
    (tiny / "ballast").unlink()
    assert nothing_of_it(tiny)
    assert not refused(alice_api, noise)


def test_no_room_for_an_output(alice: User, tiny: Path, settings: Settings, noise: bytes) -> None:
    settings.MEDIA_ROOT = tiny
    (tiny / "ballast").write_bytes(bytes(600_000))
    with pytest.raises(StorageFailed):
        keep_output(alice, "job:1", noise, mime="image/png", recipe={}, attempt_token="t")
    (tiny / "ballast").unlink()
    assert nothing_of_it(tiny)


def test_no_room_for_a_piece_keeps_what_arrived(
    alice_api: APIClient, tiny: Path, settings: Settings, noise: bytes
) -> None:
    settings.MEDIA_ARRIVALS = tiny
    place = begin(alice_api, 3 << 20)
    answer = send(alice_api, place, 0, bytes(2 << 20))
    assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
    assert 0 <= int(alice_api.head(place)["Upload-Offset"]) <= 1 << 20
    assert alice_api.delete(place).status_code == 204
    assert not Upload.objects.exists()
    assert nothing_of_it(tiny)
