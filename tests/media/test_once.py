"""With a key, what comes twice is made once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from media.models import Asset, ShareLink, Upload
from tests.media import samples
from tests.media.test_uploads import send

KEY = {"Idempotency-Key": "one"}


def upload(api: APIClient, content: bytes):
    return api.post("/api/v1/assets", {"file": SimpleUploadedFile("a.png", content)}, "multipart", headers=KEY)


def test_a_link(alice_api: APIClient, photo: Asset) -> None:
    at = f"/api/v1/assets/{photo.public_id}/links"
    first, second = (alice_api.post(at, {}, format="json", headers=KEY) for _each in range(2))
    assert (first.status_code, first.json()["data"]) == (second.status_code, second.json()["data"])
    assert second["Idempotency-Replayed"] == "true"
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert alice_api.post(at, {"expires_at": tomorrow}, "json", headers=KEY).status_code == 422
    assert ShareLink.objects.count() == 1


def test_an_upload_in_pieces(alice_api: APIClient) -> None:
    first, second = (alice_api.post("/api/v1/uploads", headers=KEY | {"Upload-Length": "9"}) for _each in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert second["Tus-Resumable"] == "1.0.0"
    place = second["Location"].removeprefix("http://testserver")
    assert send(alice_api, place, 0, b"abc")["Upload-Offset"] == "3"
    named = KEY | {"Upload-Length": "9", "Upload-Metadata": "filename YS5wbmc="}
    for other in (KEY | {"Upload-Length": "10"}, named):
        assert alice_api.post("/api/v1/uploads", headers=other).status_code == 422
    assert Upload.objects.count() == 1


def test_a_file(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = upload(alice_api, samples.encoded("PNG"))
    assert upload(alice_api, samples.encoded("WEBP")).status_code == 422
    monkeypatch.setattr("media.api.assets.accept_upload", None)
    second = upload(alice_api, samples.encoded("PNG"))
    assert (first.status_code, first.json()["data"]) == (second.status_code, second.json()["data"])
    assert Asset.objects.count() == 1


def test_without_a_key_each_link_is_its_own(alice_api: APIClient, photo: Asset) -> None:
    for _each in range(2):
        alice_api.post(f"/api/v1/assets/{photo.public_id}/links", {}, format="json")
    assert ShareLink.objects.count() == 2
