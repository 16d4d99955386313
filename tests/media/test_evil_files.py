import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import api_keys
from accounts.models import Scope, User
from tests.media.canary import Canary
from tests.media.conftest import files_in

MIB = 1 << 20


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    watched = Canary(tmp_path / "secret.ts", b"G" * 188 * 50)
    yield watched
    watched.close()


def called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.processes
@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.nightly)], ids=["every second", "all"])
def test_evil_files_are_refused_fast_small_and_alone(
    transactional_db: None, alice: User, tmp_path: Path, canary: Canary, listener: socket.socket, step: int
) -> None:
    census = _census(alice, tmp_path, listener.getsockname()[1], step)
    outcomes, named = census["outcomes"], census["named"]
    assert len({name for name, *_ in outcomes}) == len(outcomes) >= 60 // step
    assert census["corpus"] >= 100
    assert [outcome for outcome in outcomes if outcome[1] not in {400, 413, 415}] == []
    assert [name for name, _, taken in outcomes if taken > (10 if _is_film(name) else 2)] == []
    assert [outcome for outcome in named if outcome[1] not in {201, 400}] == []
    assert census["honest"] == 201
    assert census["kept"] == ["honest.png"]  # the same picture under evil names is the same picture
    assert len(files_in(tmp_path / "media")) == 1
    assert 10 * MIB < census["largest_child"] <= 200 * MIB
    assert census["grown"] <= 200 * MIB
    assert not called(listener)
    assert not canary.disturbed()


def test_the_watchers_see_what_they_watch_for(canary: Canary, listener: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "secret.ts").read_bytes()
    socket.create_connection(listener.getsockname()).close()
    assert canary.disturbed()
    assert called(listener)


def _census(user: User, folder: Path, port: int, step: int) -> dict[str, Any]:
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}"
    own = {"DATABASE_URL": url, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.generation.settings"}
    _key, secret = api_keys.issue(user, "census", Scope.values)
    command = [sys.executable, "-m", "tests.media.evil_census", str(folder), str(port), secret, str(step)]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=True, timeout=300)
    census: dict[str, Any] = json.loads(done.stdout)
    return census


def _is_film(name: str) -> bool:
    return name.rsplit(".")[-1] in {"mp4", "mov", "webm", "wav", "flac", "m4a", "mp3", "ogg", "avi"}
