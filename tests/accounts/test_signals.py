from collections.abc import Iterator
from typing import Any

import pytest
from django.dispatch import Signal
from django.test import Client

from accounts import signals
from accounts.models import User
from tests.accounts.test_auth_api import code, post, proved, tokens


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    said: list[tuple[str, str]] = []
    receivers: list[tuple[Signal, Any]] = []
    for name in ("verified", "signed_out"):

        def receiver(sender: Any, user: User, name: str = name, **_more: Any) -> None:
            said.append((name, user.email))

        getattr(signals, name).connect(receiver, weak=False)
        receivers.append((getattr(signals, name), receiver))
    yield said
    for signal, receiver in receivers:
        signal.disconnect(receiver)


def test_an_address_is_verified_once(client: Client, db: None, heard: list[tuple[str, str]]) -> None:
    ticket = post(client, "register", {"email": "eve@example.org"}).json()["data"]["ticket"]
    assert heard == []
    post(client, "login", {"ticket": ticket, "code": code()})
    assert heard == [("verified", "eve@example.org")]
    ticket = post(client, "login", {"email": "eve@example.org"}).json()["data"]["ticket"]
    post(client, "login", {"ticket": ticket, "code": code()})
    assert heard == [("verified", "eve@example.org")]


def test_signing_out_is_told(client: Client, alice: User, heard: list[tuple[str, str]]) -> None:
    mine = tokens(client, proved(alice))
    post(client, "logout", {}, Authorization=f"Bearer {mine['access_token']}")
    assert ("signed_out", "alice@example.org") in heard


def test_ending_other_sessions_is_told_and_ends_them(client: Client, alice: User, heard: list[tuple[str, str]]) -> None:
    other = Client()
    for one in (client, other):
        one.post("/accounts/login/", {"login": proved_once(alice).email, "password": "correct horse alice"})
    client.post("/accounts/sessions/")
    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert ("signed_out", "alice@example.org") in heard


def proved_once(user: User) -> User:
    return user if user.emailaddress_set.exists() else proved(user)
