"""PostgreSQL and Redis killed under a running house: said quickly, mended by itself, nothing hangs."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from klikyai.services.postgres import Postgres
from klikyai.services.process import free_port, working_in
from klikyai.services.redis import Redis
from tests.klikyai.planting import manage
from tests.klikyai.test_up import House

pytestmark = pytest.mark.processes
NOTICED = 5.0
MENDED = 15.0  # until the supervisor has started it again
ANSWERED = 2.5


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("outage") / "var", free_port())
    house.start()
    yield house
    house.kill_everything()


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return str(json.loads(manage(house, "newuser", "eve@example.org", "--api-key", "outage"))["api_key"])


def ask(house: House, path: str, key: str = "") -> tuple[int, float]:
    """Status and seconds."""
    request = urllib.request.Request(f"http://127.0.0.1:{house.port}{path}")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, time.monotonic() - begun
    except urllib.error.HTTPError as error:
        return error.code, time.monotonic() - begun


def until(house: House, status: int, path: str = "/readyz", key: str = "") -> float:
    begun = time.monotonic()
    while ask(house, path, key)[0] != status:
        assert time.monotonic() - begun < 60, house.log.read_text()[-2000:]
    return time.monotonic() - begun


def service(house: House, name: str) -> Postgres | Redis:
    return Postgres(house.var / name) if name == "postgres" else Redis(house.var / name)


def kill(house: House, name: str) -> None:
    """With everything that belongs to it; the supervisor has to notice by itself."""
    for process in working_in(house.var / name / ("data" if name == "postgres" else "")):
        process.kill()


def started_again(house: House, server: Postgres | Redis, pid: int | None) -> None:
    deadline = time.monotonic() + MENDED
    while server.pid() in {None, pid}:
        assert time.monotonic() < deadline, house.log.read_text()[-2000:]


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_killed_service_comes_back_where_it_was(house: House, key: str, name: str) -> None:
    server = service(house, name)
    url, pid = server.url(), server.pid()
    assert ask(house, "/api/v1/auth/me", key)[0] == 200
    kill(house, name)
    started_again(house, server, pid)
    assert until(house, 200) <= NOTICED
    assert until(house, 200, "/api/v1/auth/me", key) <= NOTICED
    assert server.url() == url


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_long_outage_is_answered_quickly_and_forgotten_at_once(house: House, key: str, name: str) -> None:
    """The supervisor sleeps meanwhile, so that nobody mends it."""
    assert house.process is not None
    server = service(house, name)
    pid = server.pid()
    house.process.send_signal(signal.SIGSTOP)
    try:
        kill(house, name)
        down = until(house, 503)
        answers = [ask(house, "/api/v1/auth/me", key) for _call in range(8)]
        # Reading needs no Redis: it goes on, unmetered.
        assert {status for status, _seconds in answers} == {503 if name == "postgres" else 200}
        assert max(seconds for _status, seconds in answers) <= ANSWERED, answers
        assert ask(house, "/healthz")[0] == 200
        assert ask(house, "/readyz")[1] <= NOTICED
    finally:
        house.process.send_signal(signal.SIGCONT)
    started_again(house, server, pid)
    up = until(house, 200)
    works = until(house, 200, "/api/v1/auth/me", key)
    assert (down <= NOTICED, up <= NOTICED, works <= NOTICED) == (True, True, True), (down, up, works)
