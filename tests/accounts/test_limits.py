import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts import limits
from accounts.errors import RateLimited, Unavailable

# Two processes, 150 calls each at once. The naive twin reads, compares and writes, as REST framework's throttles do;
# what may happen between reading and writing does happen there, so that no quiet machine lets it pass.
CALLS = """
import sys, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from accounts import limits
from accounts.errors import RateLimited

together = Barrier(50)

def exact(number):
    try:
        limits.spend("test", sys.argv[1], 10, 60)
    except RateLimited:
        return 0
    return 1

def naive(number):
    used = int(limits.connection().get(sys.argv[1]) or 0)
    together.wait(30)
    if used >= 10:
        return 0
    limits.connection().set(sys.argv[1], used + 1)
    return 1

limits.connection().ping()
with ThreadPoolExecutor(50) as pool:
    list(pool.map(lambda number: limits.connection().ping(), range(50)))
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(pool.map({"exact": exact, "naive": naive}[sys.argv[2]], range(150))))
"""


def admitted(who: str, how: str) -> int:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CALLS, who, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _number in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return sum(int(process.communicate(timeout=60)[0]) for process in processes)


@pytest.mark.processes
def test_exactly_the_limit_passes_over_two_processes() -> None:
    assert admitted("exactly", "exact") == 10


@pytest.mark.processes
def test_without_the_script_more_would_pass() -> None:
    assert admitted("naively", "naive") > 10


def test_a_refusal_says_how_long_to_wait() -> None:
    limits.spend("test", "alice", 1, 60)
    with pytest.raises(RateLimited) as refused:
        limits.spend("test", "alice", 1, 60)
    assert 58 <= (refused.value.retry_after or 0) <= 60


def test_people_and_scopes_are_counted_apart() -> None:
    limits.spend("test", "alice", 1, 60)
    limits.spend("test", "bob", 1, 60)
    limits.spend("other", "alice", 1, 60)


def test_a_refused_cost_takes_nothing() -> None:
    limits.spend("test", "alice", 10, 60, cost=8)
    with pytest.raises(RateLimited):
        limits.spend("test", "alice", 10, 60, cost=3)
    limits.spend("test", "alice", 10, 60, cost=2)


def test_what_was_counted_can_be_forgotten() -> None:
    limits.spend("test", "alice", 1, 60)
    limits.forget("test", "alice")
    limits.spend("test", "alice", 1, 60)


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "connection", lambda: Redis(port=1, retry=Retry(NoBackoff(), 0)))


def test_without_redis_ordinary_calls_pass(no_redis: None) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _number: limits.spend("test", "alice", 1, 60), range(4)))


def test_without_redis_sign_in_is_refused(no_redis: None) -> None:
    with pytest.raises(Unavailable) as refused:
        limits.spend("test", "alice", 1, 60, fail_closed=True)
    assert refused.value.retry_after == 5
