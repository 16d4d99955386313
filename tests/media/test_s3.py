"""The same verbs on S3: moto's server speaks the protocol, boto3 and django-storages are the real ones."""

import io
from datetime import timedelta

import requests
from django.core.files.storage import storages
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media.intake import accept_upload, discard
from media.models import Asset
from media.reconciling import look, mend
from media.tasks import derive
from tests.media import samples


def test_upload_derive_read_sign_and_delete(
    bucket: object, alice: User, alice_api: APIClient, settings: Settings, transactional_db: None
) -> None:
    asset = accept_upload(alice, io.BytesIO(samples.phone_photo()), "x.jpg")
    derive(str(asset.public_id))
    assert len(list(bucket.objects.all())) == 3  # type: ignore[attr-defined]
    at = f"/api/v1/assets/{asset.public_id}/content"
    part = alice_api.get(at, HTTP_RANGE="bytes=2-9")
    assert len(b"".join(part.streaming_content)) == 8
    settings.MEDIA_DELIVERY = "signed"
    answer = alice_api.get(at)
    assert answer.status_code == 302
    assert "X-Amz-Expires=300" in answer["Location"]
    assert len(requests.get(answer["Location"], timeout=5).content) == asset.bytes
    discard(Asset.objects.all())
    assert list(bucket.objects.all()) == []  # type: ignore[attr-defined]


def test_strays_are_found_and_removed(bucket: object, db: None) -> None:
    storages["default"].save("inputs/stray.png", io.BytesIO(b"x"))
    found = look(timedelta(seconds=-5))
    assert found.files_without_row == ["inputs/stray.png"]
    mend(found.files_without_row)
    assert list(bucket.objects.all()) == []  # type: ignore[attr-defined]
