"""The storage's own process is killed while a file is on its way: said clearly and soon, and nothing of it stays."""

import io
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import boto3
import pytest
from django.core.files import File
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from klikyai.settings import storages as chosen
from media import storage
from media.errors import StorageFailed
from media.intake import accept_upload
from media.models import Asset, Space
from tests.media import samples
from tests.media.conftest import files_in

SOON = 15


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[bytes]"]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _wait_for(port)
    given = {
        "MEDIA_STORAGE": "s3", "MEDIA_BUCKET": "klikyai", "MEDIA_ENDPOINT": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    boto3.resource("s3", endpoint_url=given["MEDIA_ENDPOINT"], region_name="us-east-1").create_bucket(Bucket="klikyai")
    settings.STORAGES = {**settings.STORAGES, "default": chosen.media()}
    yield process
    process.kill()
    process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("moto did not start")


def deadly(process: "subprocess.Popen[bytes]", after: int) -> type[File]:
    """A file whose reading kills the storage once so many bytes were taken."""

    class Deadly(File):
        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            if self.file.tell() >= after and process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            return self.file.read(size)

    return Deadly


@pytest.mark.processes
def test_killed_under_an_upload(
    server: "subprocess.Popen[bytes]", alice: User, own_storage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "File", deadly(server, 0))
    started = time.monotonic()
    with pytest.raises(StorageFailed):
        accept_upload(alice, io.BytesIO(samples.phone_photo()), "x.jpg")
    assert time.monotonic() - started < SOON
    assert not Asset.objects.exists()
    assert not Space.objects.filter(used__gt=0).exists()
    assert files_in(own_storage.parent) == []  # type: ignore[attr-defined]


@pytest.mark.processes
def test_killed_between_two_parts_of_a_large_file(
    server: "subprocess.Popen[bytes]", db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "File", deadly(server, 12 << 20))
    with pytest.raises(StorageFailed):
        storage.put("inputs/large.bin", io.BytesIO(random.Random(1).randbytes(24 << 20)))
    assert server.poll() is not None


@pytest.mark.processes
def test_a_dead_storage_is_503_when_asked(server: "subprocess.Popen[bytes]", alice: User, alice_api: APIClient) -> None:
    asset = accept_upload(alice, io.BytesIO(samples.phone_photo()), "x.jpg")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    answer = alice_api.get(f"/api/v1/assets/{asset.public_id}/content")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer["Retry-After"]
