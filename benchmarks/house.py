"""A whole house that a benchmark may fill and wear out: services of its own in a new folder, gone afterwards."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import orjson

HERE = Path(__file__).resolve().parent
PATIENCE = 60.0


@contextmanager
def house() -> Iterator[None]:
    """With the tests' own engine beside the real one, and rates that no benchmark reaches."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.generation.settings", "LOG_LEVEL": "WARNING"}
    with tempfile.TemporaryDirectory(prefix="klikyai-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        from klikyai.services.embedded import Embedded

        embedded = Embedded(Path(folder))
        os.environ.update(embedded.start())
        try:
            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            yield
        finally:
            embedded.stop()


@contextmanager
def started(command: Sequence[str], **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, *command], env=os.environ | more, cwd=HERE.parent)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def web(**more: str) -> Iterator[tuple[int, int]]:
    """Its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    serve = ["-m", "daphne", "--no-server-name", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    with started([*serve, "klikyai.asgi:application"], **more) as process:
        until(lambda: _listens(port))
        yield port, process.pid


def until(true: Callable[[], object]) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.02)


def people(count: int, credits: int = 0) -> list[tuple[Any, str]]:
    """Persons and a key of each."""
    from accounts import api_keys
    from accounts.models import Scope, User
    from tests.generation.conftest import grant

    users = [User.objects.create_user(f"bench-{number}@example.org") for number in range(count)]
    for user in users if credits else ():
        grant(user, credits)
    return [(user, api_keys.issue(user, "bench", Scope.values)[1]) for user in users]


def report(name: str, found: dict[str, Any]) -> None:
    """Figures without the load beside them say nothing."""
    found = found | {"load average": [round(value, 1) for value in os.getloadavg()]}
    for what, value in found.items():
        print(f"{what:52} {value}")
    (HERE / f"{name}.json").write_bytes(
        orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
