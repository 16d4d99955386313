"""The house under a user without rights; what it keeps is for that user alone."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from klikyai.services.process import free_port
from tests.klikyai.test_up import SERVICES, House, leaves_nothing_behind

pytestmark = pytest.mark.processes
SYSTEM_PYTHON = "/usr/bin/python3.11"


def open_to_others(folder: Path) -> list[str]:
    paths = (folder, *folder.rglob("*"))
    return [f"{path} {path.lstat().st_mode & 0o777:o}" for path in paths if readable(path)]


def readable(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & 0o077)


class Ordinary(House):
    """The same house under a user without rights, with a Python that such a user can start."""

    user = pwd.getpwnam("daemon")

    def command(self) -> list[str]:
        python = next((one for one in (sys.executable, SYSTEM_PYTHON) if self.can_start(one)), None)
        if python is None:
            pytest.skip("no Python 3.11 with our packages that an ordinary user of this machine may start")
        return ["setpriv", *self.rights(), python, "manage.py", "up"]

    def rights(self) -> list[str]:
        return ["--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups"]

    def can_start(self, python: str) -> bool:
        # Itself once more, because that is what a start does.
        code = (
            "import django, redis.asyncio, psycopg, subprocess, sys; subprocess.run([sys.executable, '-V'], check=True)"
        )
        command = ["setpriv", *self.rights(), python, "-c", code]
        return subprocess.run(command, env=self.environment(), cwd="/", capture_output=True).returncode == 0

    def environment(self, **more: str) -> dict[str, str]:
        libraries = next(path for path in sys.path if path.endswith("site-packages"))
        return super().environment(PYTHONPATH=libraries, HOME=str(self.var), **more)


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
def test_it_runs_as_an_ordinary_user_too(ordinary: Ordinary) -> None:
    ordinary.start()
    assert ordinary.names() >= SERVICES
    assert {process.uids().effective for process in ordinary.everything()} == {ordinary.user.pw_uid}
    assert open_to_others(ordinary.var) == []
    leaves_nothing_behind(ordinary, signal.SIGTERM)


@pytest.fixture
def ordinary() -> Iterator[Ordinary]:
    """Not below pytest's folder, which is root's alone."""
    with tempfile.TemporaryDirectory(prefix="klikyai-") as name:
        os.chmod(name, 0o700)
        os.chown(name, Ordinary.user.pw_uid, Ordinary.user.pw_gid)
        house = Ordinary(Path(name) / "var", free_port())
        yield house
        house.kill_everything()
