"""The same verbs on S3: moto's server speaks the protocol, boto3 and django-storages are the real ones."""

import io
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
import requests
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from klikyai.settings import storages as chosen
from media.intake import accept_upload, discard
from media.models import Asset
from media.reconciling import look, mend
from media.tasks import derive
from tests.media import samples


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}" if host == "0.0.0.0" else f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    given = {
        "MEDIA_STORAGE": "s3", "MEDIA_BUCKET": "klikyai", "MEDIA_ENDPOINT": s3_address, "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3", endpoint_url=s3_address, region_name="us-east-1").create_bucket(Bucket="klikyai")
    settings.STORAGES = {**settings.STORAGES, "default": chosen.media()}
    yield made
    made.objects.all().delete()


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
    mend(found)
    assert list(bucket.objects.all()) == []  # type: ignore[attr-defined]
