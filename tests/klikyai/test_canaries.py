"""Secrets planted in a running house, then looked for in everything it wrote down."""

import base64
import binascii
import os
import re
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from klikyai.services.postgres import binaries
from klikyai.services.process import free_port
from tests.klikyai import planting
from tests.klikyai.serving import Sentry, Serving
from tests.klikyai.test_private_folder import open_to_others
from tests.klikyai.test_up import House

pytestmark = pytest.mark.processes
PACKED = re.compile(r"[A-Za-z0-9_+/-]{24,}=*")
BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
# Each code comes by mail, that is what it is for.
MAILED = {"sign-up code", "sign-in code", "phone code"}
# The error tracker knows its own key.
TRACKED = "sentry in sentry"


class Canaries(House):
    """More sign-ins than a person does in a minute."""

    module = "klikyai.settings.development"

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**{"RATE_AUTH": "500/60", "DJANGO_SETTINGS_MODULE": self.module} | more)


class Unguarded(Canaries):
    module = "tests.klikyai.unguarded"


def started(kind: type[Canaries], folder: Path) -> Iterator[Canaries]:
    house = kind(folder / "var", free_port())
    house.var.mkdir(mode=0o755)  # as an earlier version made it
    house.start()
    yield house
    house.kill_everything()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    yield from started(Canaries, tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    yield from started(Unguarded, tmp_path_factory.mktemp("unguarded"))


def written(house: House) -> dict[str, str]:
    """All that a thief of disks, dumps, logs or mail would read."""
    command = [str(binaries() / "pg_dump"), "--inserts", house.database_url()]
    dump = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    folders = {
        "log": house.log, "mail": house.var / "mail", "postgres log": house.var / "postgres" / "log",
        "redis log": house.var / "redis" / "log", "redis": house.var / "redis" / "appendonly.aof",
    }  # fmt: skip
    return {"dump": dump.stdout} | {name: _read(path) for name, path in folders.items()}


def _read(path: Path) -> str:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return "\n".join(file.read_text(errors="replace") for file in files)


def unpacked(text: str) -> str:
    """With everything in it that is only wrapped and not locked."""
    more = [bytes.fromhex(found[1]).decode(errors="replace") for found in BYTES.finditer(text)]
    return "\n".join([text, *more, *(_undone(found[0]) for found in PACKED.finditer(text))])


def _undone(packed: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(packed.rstrip("=").replace("+", "-").replace("/", "_") + "==")
        return (zlib.decompress(raw) if raw[:1] == b"x" else raw).decode(errors="replace")
    except (binascii.Error, zlib.error):
        return ""


def found(planted: dict[str, str], places: dict[str, str]) -> set[str]:
    opened = {place: unpacked(text) for place, text in places.items()}
    return {f"{name} in {place}" for name, secret in planted.items() for place in opened if secret in opened[place]}


def plant(house: House) -> dict[str, str]:
    return planting.strangers(house) | planting.people(house) | planting.kept_beside(house)


def test_no_planted_secret_is_written_down(house: Canaries) -> None:
    planted = plant(house)
    places = written(house)
    assert len(planted) >= 30
    assert "eve@example.org" in places["dump"]
    assert "/api/v1/auth/me" in places["log"]
    expected = {f"{name} in mail" for name in MAILED}
    assert found(planted, places) == expected
    # The search is worth something: laid in each place, each is found.
    everywhere = {place: text + "\n".join(planted.values()) for place, text in places.items()}
    assert len(found(planted, everywhere)) == len(planted) * len(places)


def test_without_the_guards_the_search_finds_them(unguarded: Canaries) -> None:
    assert found(plant(unguarded), written(unguarded)) >= {
        "session in dump", "session that waits in dump", "sign-in code in dump", "sign-up code in dump",
        "phone code in dump", "TOTP secret in dump", "share link in log",
    }  # fmt: skip


def test_a_server_whose_friends_are_dead_tells_nothing(house: Canaries) -> None:
    """Errors of Stripe, S3, mail, OpenID and Google, with production's settings, to log and error tracker."""
    sentry = Sentry()
    serving = Serving(house, sentry)
    key = planting.own_key(house)
    statuses = serving.use(key)
    assert statuses[:4] == [503, 503, 503, 400], statuses
    places = {"log": serving.log.read_text(), "sentry": "\n".join(sentry.heard)} | written(house)
    assert "klikyai.request" in places["log"]
    assert sentry.heard
    assert found(serving.secrets | {"key": key} | planting.kept_beside(house), places) == {TRACKED}


def test_nothing_it_wrote_is_open_to_others(house: Canaries) -> None:
    assert list((house.var / "media").rglob("*.png"))
    assert list((house.var / "mail").iterdir())
    assert list((house.var / "redis").glob("appendonly*"))
    assert open_to_others(house.var) == []
