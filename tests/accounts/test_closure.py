import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.dispatch import Signal
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys, closure, export, signals
from accounts.errors import InvalidRequest
from accounts.models import ApiKey, AuditEntry, Scope, User
from tests.accounts.test_auth_api import me, post, proved, tokens


@pytest.fixture
def listening() -> Iterator[Any]:
    """Connects a receiver for one test."""
    connected: list[tuple[Signal, Any]] = []

    def connect(signal: Signal, receiver: Any) -> None:
        signal.connect(receiver, weak=False)
        connected.append((signal, receiver))

    yield connect
    for signal, receiver in connected:
        signal.disconnect(receiver)


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": proved(alice).email, "password": "correct horse alice"})
    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200
    return client


def test_deactivation_ends_session_token_and_key(
    client: Client, browser: Client, alice: User, listening: Any, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[User] = []
    listening(signals.deactivated, lambda sender, user, **_more: heard.append(user))
    mine = tokens(client, alice)
    _key, secret = api_keys.issue(alice, "laptop", Scope.values)
    with django_capture_on_commit_callbacks(execute=True):
        closure.deactivate(alice, reason="spam", actor=None)
    assert browser.get("/account/").status_code == 302
    assert me(mine["access_token"]) == me(secret) == 401
    assert post(client, "refresh", {"refresh_token": mine["refresh_token"]}).status_code == 401
    assert heard == [alice]


def test_whoever_is_deactivated_cannot_come_back(client: Client, alice: User) -> None:
    closure.deactivate(proved(alice), reason="spam", actor=None)
    assert post(client, "login", {"email": alice.email, "password": "correct horse alice"}).status_code == 401
    client.post("/accounts/login/", {"login": alice.email, "password": "correct horse alice"})
    assert client.get("/account/").status_code == 302


def test_deactivation_needs_a_reason(alice: User) -> None:
    with pytest.raises(InvalidRequest):
        closure.deactivate(alice, reason="  ", actor=None)


def test_reactivation_opens_the_door_again(client: Client, alice: User, dana: User) -> None:
    closure.deactivate(proved(alice), reason="spam", actor=dana)
    closure.reactivate(alice, reason="a mistake", actor=dana)
    assert me(tokens(client, alice)["access_token"]) == 200
    said = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert said == ["person deactivated", "person reactivated"]


def test_closing_leaves_no_trace_of_the_person(browser: Client, alice: User, listening: Any) -> None:
    heard: list[str] = []
    listening(signals.closing, lambda sender, user, **_more: heard.append(user.email))
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP").instance.delete()
    api_keys.issue(alice, "laptop", Scope.values)
    assert browser.get("/account/close/").status_code == 302
    browser.post("/accounts/reauthenticate/", {"password": "correct horse alice"})
    assert browser.post("/account/close/", {"email": "bob@example.org"}).status_code == 200
    assert browser.post("/account/close/", {"email": "alice@example.org"}).status_code == 302
    left = User.objects.get(pk=alice.pk)
    assert (left.is_active, left.name, left.has_usable_password()) == (False, "", False)
    assert "alice" not in left.email + left.email_key
    assert heard == ["alice@example.org"]
    assert not EmailAddress.objects.filter(user=alice).exists()
    assert not ApiKey.objects.filter(user=alice).exists()
    assert browser.get("/account/").status_code == 302


def test_a_closed_address_may_begin_anew(client: Client, alice: User) -> None:
    closure.close(proved(alice))
    assert post(client, "register", {"email": "alice@example.org"}).status_code == 202
    assert "code" in str(mail.outbox[-1].body)
    assert User.objects.filter(email="alice@example.org").count() == 1


def test_a_failing_receiver_leaves_the_account_whole(alice: User, listening: Any) -> None:
    def fail(sender: Any, user: User, **_more: Any) -> None:
        raise OSError("the storage is away")

    listening(signals.closing, fail)
    with pytest.raises(OSError, match="storage"):
        closure.close(alice)
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"


def test_the_archive_holds_what_is_theirs_and_no_secret(browser: Client, alice: User, listening: Any) -> None:
    listening(signals.exporting, lambda sender, user, **_more: [("files/a.txt", iter([b"one", b"two"]))])
    key, secret = api_keys.issue(alice, "laptop", Scope.values)
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    answer = browser.get("/account/data/export/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.read("files/a.txt") == b"onetwo"
    told = json.loads(packed.read("account.json"))
    assert told["emails"][0]["email"] == "alice@example.org"
    everything = packed.read("account.json").decode()
    assert key.prefix in everything
    assert not any(hidden in everything for hidden in [secret, key.digest, alice.password, "JBSWY3DPEHPK3PXP"])


def test_the_archive_flows_while_it_is_made(alice: User, listening: Any) -> None:
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            asked.append(number)
            yield number.to_bytes(2, "big") * 500_000

    listening(signals.exporting, lambda sender, user, **_more: [("film.bin", pieces())])
    flow = export.archive(alice)
    while not asked:
        next(flow)
    assert len(asked) < 5


def test_nobody_exports_for_somebody_else(api: APIClient) -> None:
    assert api.get("/account/data/export/").status_code == 302
