"""`make run` as an operator meets it: real processes, a real port, and nothing left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from klikyai.services.postgres import Postgres
from klikyai.services.process import free_port

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


class House:
    """One `manage.py up` in a folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.process: subprocess.Popen[bytes] | None = None
        self.log = var.parent / f"{var.name}.log"

    def environment(self, **more: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        for ours in ("PYTEST_XDIST_WORKER", "PROMETHEUS_MULTIPROC_DIR"):
            inherited.pop(ours, None)
        settings = {"DJANGO_SETTINGS_MODULE": "klikyai.settings.development"}
        return inherited | settings | {"VAR_DIR": str(self.var), "PORT": str(self.port)} | more

    def start(self) -> float:
        """Seconds until the first page."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=self.environment(), stdout=log, stderr=log
            )
        while time.monotonic() - begun < 180:
            if self.answers():
                return time.monotonic() - begun
            assert self.process.poll() is None, self.log.read_text()
        raise AssertionError(self.log.read_text())

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def everything(self) -> list[psutil.Process]:
        """Whatever works in our folder, however it got there."""
        found = []
        for process in psutil.process_iter():
            try:
                text = " ".join(process.cmdline()) + process.environ().get("VAR_DIR", "")
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            if str(self.var) in text and process.pid != os.getpid():
                found.append(process)
        return found

    def database_url(self) -> str:
        return Postgres(self.var / "postgres").url()

    def kill_everything(self) -> None:
        for process in self.everything():
            process.kill()
        psutil.wait_procs(self.everything(), timeout=10)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "var", free_port())
    yield house
    house.kill_everything()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_process_behind(house: House, number: signal.Signals) -> None:
    house.start()
    assert house.process is not None
    assert len(house.everything()) > 3
    house.process.send_signal(number)
    assert house.process.wait(30) == 0
    _gone, still = psutil.wait_procs(house.everything(), timeout=10)
    assert still == []


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.nightly)])
def test_recovers_from_kill_of_everything(house: House, rounds: int) -> None:
    house.start()
    for _round in range(rounds):
        house.kill_everything()
        house.start()


def test_children_follow_a_killed_supervisor(house: House) -> None:
    house.start()
    assert house.process is not None
    # The embedded Redis is a child too, but the next start finds it running and uses it again.
    children = [child for child in psutil.Process(house.process.pid).children() if child.name() != "redis-server"]
    assert children
    house.process.kill()
    _gone, still = psutil.wait_procs(children, timeout=20)
    assert still == []
    house.start()


def test_a_program_that_dies_is_started_again(house: House) -> None:
    house.start()
    assert house.process is not None
    web = next(child for child in psutil.Process(house.process.pid).children() if "daphne" in " ".join(child.cmdline()))
    web.kill()
    deadline = time.monotonic() + 30
    while not house.answers() and time.monotonic() < deadline:
        pass
    assert house.answers()


def test_the_front_page_is_dressed(house: House) -> None:
    house.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/", timeout=5) as page:
        sheets = re.findall(r'href="(/static/[^"]+[.]css)"', page.read().decode())
    assert sheets
    for sheet in sheets:
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}{sheet}", timeout=5) as answer:
            assert answer.headers["Content-Type"].startswith("text/css")


def test_two_houses_side_by_side(house: House, tmp_path: Path) -> None:
    second = House(tmp_path / "second", free_port())
    try:
        house.start()
        second.start()
        assert house.answers()
    finally:
        second.kill_everything()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PORT": "taken"}, "cannot be used"),
        ({"PORT": "many"}, "PORT must be a whole number"),
        ({"VAR_DIR": "/proc/nowhere"}, "cannot be used"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"}, "PostgreSQL cannot be reached"),
        ({"DATABASE_URL": "mysql://somewhere"}, "DATABASE_URL must look like"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(house: House, change: dict[str, str], sentence: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        if change.get("PORT") == "taken":
            change = {"PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=house.environment(**change),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_web_has_not_imported_torch() -> None:
    code = "import klikyai.asgi, klikyai.urls, sys; sys.exit('torch' in sys.modules or 'diffusers' in sys.modules)"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "klikyai.settings.test"}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env).returncode == 0
