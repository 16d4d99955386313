"""Five guesses at a code, however many come at once and however many processes take them."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts import limits
from accounts.models import User
from tests.accounts.test_auth_api import code, post, proved

GUESSES = 500
EVALUATED, REFUSED, OVER = 400, 429, 409


@contextmanager
def server(settings_module: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "klikyai.asgi:application"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings_module, "DATABASE_URL": test_database()},
    )
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(20)


def test_database() -> str:
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


test_database.__test__ = False  # type: ignore[attr-defined]


def _answering(url: str, process: Any) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return url
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def guess_at_once(settings_module: str) -> Counter[int]:
    with ExitStack() as stack:
        urls = [stack.enter_context(server(settings_module)) for _number in range(2)]
        begun = httpx.post(f"{urls[0]}/_allauth/app/v1/auth/code/request", json={"email": "alice@example.org"})
        token = begun.json()["meta"]["session_token"]
        clients = [stack.enter_context(httpx.Client(timeout=60, headers={"X-Session-Token": token})) for _url in urls]

        def guess(number: int) -> int:
            path = f"{urls[number % 2]}/_allauth/app/v1/auth/code/confirm"
            return clients[number % 2].post(path, json={"code": f"WRNG{number:04}"}).status_code

        with ThreadPoolExecutor(64) as pool:
            return Counter(pool.map(guess, range(GUESSES)))


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_five_of_five_hundred_guesses_over_two_processes_are_evaluated(alice: User) -> None:
    proved(alice)
    answers = guess_at_once("klikyai.settings.test")
    assert answers[EVALUATED] <= 5, answers
    assert sum(answers.values()) == answers[EVALUATED] + answers[REFUSED] + answers[OVER] == GUESSES


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_without_the_guard_more_would_be_evaluated(alice: User) -> None:
    proved(alice)
    answers = guess_at_once("tests.accounts.unguarded")
    assert answers[EVALUATED] > 5, answers


def test_the_door_for_programs_counts_too(client: Client, alice: User) -> None:
    ticket = post(client, "login", {"email": proved(alice).email}).json()["data"]["ticket"]
    wrong = [post(client, "login", {"ticket": ticket, "code": "WRNG-WRNG"}).status_code for _number in range(6)]
    assert set(wrong) <= {400, 429}
    assert post(client, "login", {"ticket": ticket, "code": code()}).status_code in {400, 429}


def test_a_guess_by_header_counts_too(client: Client, db: None) -> None:
    begun = client.post("/_allauth/app/v1/auth/signup", {"email": "eve@example.org"}, content_type="application/json")
    headers = {"X-Session-Token": begun.json()["meta"]["session_token"], "X-Email-Verification-Key": "WRNG-WRNG"}
    answers = [client.get("/_allauth/app/v1/auth/email/verify", headers=headers).status_code for _number in range(6)]
    assert answers[-1] in {REFUSED, OVER}
    assert answers.count(EVALUATED) <= 5


def test_a_program_is_refused_in_its_own_words(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"email": proved(alice).email}
    client.post("/_allauth/browser/v1/auth/code/request", asked, content_type="application/json")
    place, wrong = "/_allauth/browser/v1/auth/code/confirm", {"code": "WRNG-WRNG"}
    for _number in range(5):
        client.post(place, wrong, content_type="application/json")
    sixth = client.post(place, wrong, content_type="application/json")
    assert (sixth.status_code, sixth.json()) == (429, {"status": 429})
    assert int(sixth["Retry-After"]) > 0
    monkeypatch.setattr(limits, "connection", nowhere)
    without_redis = client.post(place, wrong, content_type="application/json")
    assert (without_redis.status_code, without_redis.json()) == (503, {"status": 503})


def nowhere() -> None:
    raise RedisConnectionError


def test_on_the_page_the_sixth_guess_is_refused(client: Client, alice: User) -> None:
    client.post("/accounts/login/", {"login": proved(alice).email})
    for _number in range(5):
        client.post("/accounts/login/code/confirm/", {"code": "WRNG-WRNG"})
    assert client.post("/accounts/login/code/confirm/", {"code": code()}).status_code == 429
    assert client.get("/account/").status_code == 302


def test_a_code_dies_after_ten_minutes(client: Client, alice: User, settings: Any) -> None:
    assert max(
        settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
        settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT,
        settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT,
        settings.ACCOUNT_PHONE_VERIFICATION_TIMEOUT,
    ) <= 600  # fmt: skip
    ticket = post(client, "login", {"email": proved(alice).email}).json()["data"]["ticket"]
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
    assert post(client, "login", {"ticket": ticket, "code": code()}).status_code == 400


def test_another_code_makes_the_first_useless(client: Client, alice: User) -> None:
    client.post("/accounts/login/", {"login": proved(alice).email})
    first = code()
    client.post("/accounts/login/code/confirm/", {"action": "resend"})
    assert len(mail.outbox) == 2
    client.post("/accounts/login/code/confirm/", {"code": first})
    assert client.get("/account/").status_code == 302
    client.post("/accounts/login/code/confirm/", {"code": code()})
    assert client.get("/account/").status_code == 200
