"""Everything at once: submits, equal keys, cancels against finishes."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import connection

from accounts import api_keys
from accounts.errors import Refused
from accounts.models import Scope, User
from billing import credits
from billing.invariants import broken
from billing.models import Hold
from generation import lifecycle, scheduling
from generation.errors import Stale
from generation.models import Job, Model, Turn
from tests.generation.asking import again, ask
from tests.generation.conftest import grant
from tests.generation.processes import started, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PORTS = (18731, 18732)
BOAT = {"tool": "text_to_image", "params": {"prompt": "a red boat"}}


@pytest.fixture
def two_webs(patient: Model) -> Any:
    """Two web processes on one house."""
    serve = ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p"]
    app = "klikyai.asgi:application"
    with started([*serve, str(PORTS[0]), app]), started([*serve, str(PORTS[1]), app]):
        for port in PORTS:
            until(partial(_alive, port), "a web process")
        yield [f"http://127.0.0.1:{port}/api/v1" for port in PORTS]


def _alive(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def at_once(webs: list[str], secret: str, times: int, **headers: str) -> list[httpx.Response]:
    everything = {"Authorization": f"Bearer {secret}", **headers}
    with httpx.Client(timeout=60, limits=httpx.Limits(max_connections=50)) as client, ThreadPoolExecutor(25) as pool:
        posts = [pool.submit(client.post, f"{webs[n % 2]}/jobs", json=BOAT, headers=everything) for n in range(times)]
        return [post.result() for post in posts]


def test_hundred_submits_with_credits_for_three(bob: User, two_webs: list[str]) -> None:
    grant(bob, 13)
    _key, secret = api_keys.issue(bob, "tests", Scope.values)
    answers = Counter(answer.status_code for answer in at_once(two_webs, secret, 100))
    assert answers == {201: 3, 402: 97}
    assert (credits.balance(bob).available, credits.balance(bob).held) == (1, 12)
    assert Job.objects.count() == Hold.objects.count() == Turn.objects.get(user=bob).waiting == 3
    assert broken() == []


def test_fifty_equal_keys_are_one_job(rich: User, two_webs: list[str]) -> None:
    _key, secret = api_keys.issue(rich, "tests", Scope.values)
    answers = at_once(two_webs, secret, 50, **{"Idempotency-Key": "the same"})
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert Job.objects.count() == Hold.objects.count() == 1


def race(rounds: int, rich: User) -> Counter[str]:
    """Somebody cancels in the very moment when the worker finishes."""
    ends: Counter[str] = Counter()
    for _ in range(rounds):
        job = ask(rich)
        claimed = scheduling.claim("images", "w", (), scheduling.Together({}))[0]
        gate = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            cancel = pool.submit(_at, gate, partial(lifecycle.cancel, job))
            finish = pool.submit(_at, gate, partial(lifecycle.succeed, claimed, claimed.token, {}))
            cancel.result()
            finish.result()
        ends[again(job).status] += 1
    return ends


def _at(gate: threading.Barrier, act: Any) -> None:
    gate.wait()
    try:
        act()
    except (Refused, Stale):
        return
    finally:
        connection.close()


def test_cancel_against_finish_has_one_outcome(rich: User, patient: Model) -> None:
    ends = race(60, rich)
    assert ends == {"succeeded": 60}
    assert credits.balance(rich).available == 1000 - 60 * 4
    assert not Hold.objects.filter(state="open").exists()
    assert broken() == []


@pytest.mark.nightly
def test_cancel_against_finish_five_hundred_times(rich: User, patient: Model) -> None:
    grant(rich, 5000)
    assert sum(race(500, rich).values()) == 500
    assert not Hold.objects.filter(state="open").exists()
    assert broken() == []


def test_cancel_against_claim_has_one_outcome(rich: User, patient: Model) -> None:
    for _ in range(40):
        job = ask(rich)
        gate = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            cancel = pool.submit(_at, gate, partial(lifecycle.cancel, job))
            claim = pool.submit(_at, gate, partial(scheduling.claim, "images", "w", (), scheduling.Together({})))
            cancel.result()
            claim.result()
        found = again(job)
        assert found.status == "canceled" or (found.status == "running" and found.cancel_wanted_at)
        if found.status == "running":
            lifecycle.stop(found, found.token, 1, 4)
    turn = Turn.objects.get(user=rich)
    assert (turn.waiting, turn.running) == (0, 0)
    assert broken() == []
