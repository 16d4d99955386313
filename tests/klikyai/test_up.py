"""`make run` as an operator meets it: real processes, a real port, and nothing left behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from klikyai.services.postgres import Postgres
from klikyai.services.process import free_port
from klikyai.services.redis import Redis

pytestmark = pytest.mark.processes
SERVICES = {"postgres", "redis-server"}
ROOT = Path(__file__).resolve().parents[2]


class House:
    """One `manage.py up` in a folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.process: subprocess.Popen[bytes] | None = None
        self.log = var.parent / f"{var.name}.log"

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "up"]

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
            self.process = subprocess.Popen(self.command(), cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
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
        """Whatever works in our folder, however it got there; Redis shows it by nothing but where it stands."""
        return [one for one in psutil.process_iter() if one.pid != os.getpid() and str(self.var) in traces(one)]

    def names(self) -> set[str]:
        return {process.name() for process in self.everything()}

    def database_url(self) -> str:
        return Postgres(self.var / "postgres").url()

    def kill_everything(self) -> None:
        """Again until nothing is left: a supervisor may have started something between the look and the kill."""
        while found := self.everything():
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(found, timeout=10)
        if self.process is not None:
            self.process.wait(10)


def traces(process: psutil.Process) -> str:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return " ".join([*process.cmdline(), process.environ().get("VAR_DIR", ""), process.cwd()])
    except (psutil.Error, OSError):
        return ""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "var", free_port())
    yield house
    house.kill_everything()
    assert house.everything() == []


def leaves_nothing_behind(house: House, number: signal.Signals) -> None:
    assert house.process is not None
    house.process.send_signal(number)
    assert house.process.wait(30) == 0
    _gone, still = psutil.wait_procs(house.everything(), timeout=10)
    assert still == []


def up(house: House, **change: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to be refused."""
    return subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=house.environment(**change),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_no_process_behind(house: House, number: signal.Signals) -> None:
    house.start()
    assert house.process is not None
    assert house.names() >= SERVICES
    leaves_nothing_behind(house, number)


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.nightly)])
def test_recovers_from_kill_of_everything(house: House, rounds: int) -> None:
    house.start()
    seconds = []
    for _round in range(rounds):
        assert house.names() >= SERVICES
        house.kill_everything()
        assert house.everything() == []
        seconds.append(house.start())
    sys.stdout.write(f"{rounds} starts: {min(seconds):.1f} to {max(seconds):.1f} s, load {os.getloadavg()[0]:.1f}\n")
    leaves_nothing_behind(house, signal.SIGTERM)


def assert_dressed(house: House) -> None:
    """Browser tests serve stylesheets by themselves; only here is it seen that the house does."""
    at = f"http://127.0.0.1:{house.port}"
    sheets = re.findall(r'href="(/static/[^"]+[.]css)"', requests.get(at, timeout=30).text)
    assert sheets
    for sheet in sheets:
        assert requests.get(at + sheet, timeout=30).headers["Content-Type"].startswith("text/css")


def test_the_first_start_says_once_who_owns_it_and_they_get_in(house: House) -> None:
    house.start()
    said = house.log.read_text()
    owner = re.search(r"Or as (\S+) with the password (\S+), who owns the desk at (\S+)", said)
    assert owner
    assert f"http://localhost:{house.port}/dev/mail/" in said
    browser, login = requests.Session(), f"http://127.0.0.1:{house.port}/accounts/login/"
    browser.get(login, timeout=30)
    fields = {"login": owner[1], "password": owner[2], "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    assert "/studio/" in browser.post(login, fields, timeout=30).url
    desk = browser.get(f"http://127.0.0.1:{house.port}/admin/", timeout=30)
    assert (desk.status_code, desk.url) == (200, f"http://127.0.0.1:{house.port}/admin/")
    assert_dressed(house)
    leaves_nothing_behind(house, signal.SIGTERM)
    house.start()
    assert house.log.read_text().count("with the password") == 1


def test_a_killed_supervisor_leaves_only_services_and_the_next_start_ends_them(house: House) -> None:
    house.start()
    assert house.process is not None
    children = [one for one in house.everything() if one.name() not in SERVICES and one.pid != house.process.pid]
    assert len(children) > 3
    house.process.kill()
    _gone, still = psutil.wait_procs(children, timeout=20)
    assert still == []
    left = {one.pid for one in house.everything()}
    assert house.names() == SERVICES
    house.start()
    assert left <= {one.pid for one in house.everything()}
    leaves_nothing_behind(house, signal.SIGTERM)


def test_a_second_start_in_the_same_folder_says_so_and_stops_nothing(house: House) -> None:
    house.start()
    # Not who serves one connection, who comes and goes.
    servers = Postgres(house.var / "postgres"), Redis(house.var / "redis")
    before = [server.pid() for server in servers]
    assert None not in before
    second = up(house, PORT=str(free_port()))
    assert second.returncode != 0
    assert second.stderr.strip().splitlines()[-1].startswith("CommandError: KlikyAI runs in")
    assert "Traceback" not in second.stderr
    assert house.answers()
    assert [server.pid() for server in servers] == before


def test_a_program_that_dies_is_started_again(house: House) -> None:
    house.start()
    assert house.process is not None
    web = next(child for child in psutil.Process(house.process.pid).children() if "daphne" in " ".join(child.cmdline()))
    web.kill()
    deadline = time.monotonic() + 30
    while not house.answers() and time.monotonic() < deadline:
        pass
    assert house.answers()


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
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "Redis cannot be reached"),
        ({"REDIS_URL": "localhost"}, "REDIS_URL must look like"),
        ({"PORT": "99999"}, "PORT must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(house: House, change: dict[str, str], sentence: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        if change.get("PORT") == "taken":
            change = {"PORT": str(taken.getsockname()[1])}
        done = up(house, **change)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_full_disk_is_said_in_a_line(tmp_path: Path) -> None:
    """In a room of its own that nobody else sees, on a disk of 50 MiB."""
    room = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        f"mount -t tmpfs -o size=50m none {tmp_path} && exec {sys.executable} $0 up",
    ]
    if subprocess.run([*room[:3], "-c", f"mount -t tmpfs none {tmp_path}"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    env = House(tmp_path / "var", free_port()).environment()
    done = subprocess.run([*room, "manage.py"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert re.fullmatch(r"CommandError: .* has only \d+ MiB left; KlikyAI needs at least 256[.]", done.stderr.strip())


def test_another_python_is_said_in_a_line(tmp_path: Path) -> None:
    for file in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / file, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    other = tmp_path / "python3.12"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    for python in (other, tmp_path / "nowhere"):
        done = subprocess.run(["make", "-s", "run", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode != 0
        assert "KlikyAI needs Python 3.11" in done.stdout
        assert not (tmp_path / ".venv").exists()
    version = "import sys; sys.version_info = (3, 12, 1); sys.argv = ['manage.py', 'up']; "
    started = subprocess.run(
        [sys.executable, "-c", version + "exec(open('manage.py').read())"], cwd=ROOT, capture_output=True, text=True
    )
    assert (started.returncode, started.stderr.count("\n")) == (1, 1)
    assert started.stderr.startswith("KlikyAI needs Python 3.11")


def test_the_web_has_not_imported_torch() -> None:
    code = "import klikyai.asgi, klikyai.urls, sys; sys.exit('torch' in sys.modules or 'diffusers' in sys.modules)"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "klikyai.settings.test"}
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env).returncode == 0
