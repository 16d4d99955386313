"""What stands in a form beside the file is read as strictly as JSON."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from media.models import Asset
from tests.media import samples

PICTURE = samples.encoded("PNG", samples.picture((40, 30)))


def send(api: APIClient, **said: Any) -> Any:
    return api.post("/api/v1/assets", {"file": SimpleUploadedFile("a.png", PICTURE)} | said, format="multipart")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"project": "summer"}, "project"),
        ({"temporary": "perhaps"}, "temporary"),
        ({"temporary": "tr\x00ue"}, None),
        ({"a\x00b": "1"}, None),
    ],
)
def test_what_is_not_known_is_refused(alice_api: APIClient, said: dict[str, str], field: str | None) -> None:
    answer = send(alice_api, **said)
    assert answer.status_code == 400
    assert list(answer.json()["error"].get("details") or []) == ([field] if field else [])
    assert not Asset.objects.exists()


def test_two_files_are_not_one(alice_api: APIClient) -> None:
    two = [SimpleUploadedFile(name, PICTURE) for name in ("a.png", "b.png")]
    answer = alice_api.post("/api/v1/assets", {"file": two}, format="multipart")
    assert answer.status_code == 400
    assert not Asset.objects.exists()


def test_what_is_known_is_taken(alice_api: APIClient) -> None:
    assert send(alice_api).status_code == 201
    assert send(alice_api, temporary="true").status_code == 201


@pytest.mark.parametrize("metadata", ["filename ü", "filename %%%", "filename /w=="])
def test_a_name_that_cannot_be_read_is_said(alice_api: APIClient, metadata: str) -> None:
    answer = alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH="10", HTTP_UPLOAD_METADATA=metadata)
    assert answer.status_code == 400


def test_a_link_ends_within_a_century(alice_api: APIClient) -> None:
    asset = send(alice_api).json()["data"]["id"]
    for end in ("9999-12-31T23:59:59-01:00", "2400-01-01T00:00:00Z"):
        answer = alice_api.post(f"/api/v1/assets/{asset}/links", {"expires_at": end}, format="json")
        assert answer.status_code == 400
    assert alice_api.get(f"/api/v1/assets/{asset}/links").json()["data"]["items"] == []
