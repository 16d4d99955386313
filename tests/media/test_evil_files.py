import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MIB = 1 << 20


@pytest.fixture(scope="module")
def listener() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_every_evil_file_is_refused_fast_small_and_alone(tmp_path: Path, listener: socket.socket) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_bytes(b"G" * 188 * 50)
    long_ago = 1_000_000_000
    os.utime(secret, (long_ago, long_ago))
    census = _census(tmp_path, listener.getsockname()[1])
    outcomes = census["outcomes"]
    assert len({name for name, *_ in outcomes}) == len(outcomes) >= 60
    usable = [name for name, stored, _ in outcomes if stored]
    slow = [(name, taken) for name, _, taken in outcomes if taken > 10 or (taken > 2 and not _is_film(name))]
    assert usable == []
    assert slow == []
    assert 10 * MIB < census["largest"] <= 200 * MIB
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert secret.stat().st_atime <= long_ago


def _census(folder: Path, port: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.media.evil_census", str(folder), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    census: dict[str, Any] = json.loads(done.stdout)
    return census


def _is_film(name: str) -> bool:
    return name.rsplit(".")[-1] in {"mp4", "mov", "webm", "wav", "flac", "m4a", "mp3", "ogg", "avi"}
