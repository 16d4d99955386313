"""A real daphne on the database of the test that starts it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.generation.processes import started, until


@contextmanager
def served(**more: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = ["-m", "daphne", "--no-server-name", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    with started([*command, "klikyai.asgi:application"], **more) as process:
        until(lambda: process.poll() is not None or listens(port), "a web server that listens")
        assert process.poll() is None
        yield port


@contextmanager
def storage(place: Path) -> Iterator[None]:
    """Files of the processes and of the tests in one place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", place / "media")
        yield


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
