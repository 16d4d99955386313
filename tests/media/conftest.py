import io
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from media.intake import accept_upload
from media.models import Asset
from tests.media import samples


@pytest.fixture(autouse=True)
def own_storage(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ARRIVALS = tmp_path / "arrivals"
    return tmp_path / "media"


@pytest.fixture
def photo(alice: User) -> Asset:
    return accept_upload(alice, io.BytesIO(samples.phone_photo()), "holiday.jpg")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
