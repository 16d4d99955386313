import os
import resource
import socket
import time
from pathlib import Path

import pytest

from accounts.errors import Refused
from media.inspection.inspect import inspect
from tests.media import evil

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
    outcomes = []
    for name, content in evil.corpus(secret, listener.getsockname()[1]):
        outcomes.append((name, *_taken_in(tmp_path, content)))
    assert len({name for name, *_ in outcomes}) == len(outcomes) >= 60
    usable = [name for name, stored, _ in outcomes if stored]
    slow = [(name, taken) for name, _, taken in outcomes if taken > 10 or (taken > 2 and not _is_film(name))]
    assert usable == []
    assert slow == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= 300 * MIB
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert secret.stat().st_atime <= long_ago


def _taken_in(folder: Path, content: bytes) -> tuple[bool, float]:
    source, target = folder / "source", folder / "clean"
    source.write_bytes(content)
    started = time.monotonic()
    try:
        inspect(source, target)
        stored = True
    except Refused as refused:
        stored = refused.code not in {"unsupported_media", "invalid_request", "too_large"} or not refused.message
    return stored, time.monotonic() - started


def _is_film(name: str) -> bool:
    return name.rsplit(".")[-1] in {"mp4", "mov", "webm", "wav", "flac", "m4a", "mp3", "ogg", "avi"}
