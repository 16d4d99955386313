import io
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from accounts.models import User
from klikyai.settings import storages as chosen
from media import intake
from media.inspection.facts import Facts
from media.inspection.inspect import inspect
from media.models import Asset
from tests.media import samples


@pytest.fixture(scope="session")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, bytes]:
    """The phone's photo, through the cage once for all."""
    folder = tmp_path_factory.mktemp("cleaned")
    (folder / "source").write_bytes(samples.phone_photo())
    return inspect(folder / "source", folder / "clean"), (folder / "clean").read_bytes()


@pytest.fixture
def photo(alice: User, cleaned: tuple[Facts, bytes], monkeypatch: pytest.MonkeyPatch) -> Asset:
    def known(_source: Path, target: Path) -> Facts:
        target.write_bytes(cleaned[1])
        return cleaned[0]

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(intake, "inspect", known)
        return intake.accept_upload(alice, io.BytesIO(samples.phone_photo()), "holiday.jpg")


@pytest.fixture(scope="session")
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
    for begun in made.multipart_uploads.all():
        begun.abort()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
