"""Google's storage is a setting away; its own server cannot be had here, so only the wiring is tried."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from pytest_django import Settings

from klikyai.settings import storages as chosen
from media import direct


@pytest.fixture(autouse=True)
def gcs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_STORAGE", "gcs")
    monkeypatch.setenv("MEDIA_BUCKET", "klikyai")


def test_the_setting_leads_to_a_private_bucket_with_short_links(settings: Settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": chosen.media()}
    storage = storages["default"]
    assert type(storage).__module__ == "storages.backends.gcloud"
    assert (storage.bucket_name, storage.querystring_auth) == ("klikyai", True)
    assert storage.expiration <= 300
    assert not direct.possible()


@pytest.mark.parametrize("absent", ["google", "google.cloud.storage"])
def test_a_missing_package_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    monkeypatch.setattr(chosen, "find_spec", lambda name: None if name == absent else object())
    with pytest.raises(ImproperlyConfigured, match="pip install google-cloud-storage"):
        chosen.media()


def test_a_missing_bucket_is_named_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIA_BUCKET")
    with pytest.raises(ImproperlyConfigured, match="MEDIA_BUCKET"):
        chosen.media()
