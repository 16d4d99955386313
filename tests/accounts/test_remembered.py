"""The name of a session opens an account, so a dump of the database must not show it."""

import pytest
from allauth.core.context import request_context
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.remembered import forget_expired, kept
from tests.accounts.test_auth_api import proved


def cookie(client: Client) -> str:
    return client.cookies["sessionid"].value


def carrying(value: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = value
    return client


def visit(client: Client) -> int:
    return client.get("/account/").status_code


def sign_in(client: Client, alice: User) -> Client:
    client.post("/accounts/login/", {"login": alice.email, "password": "correct horse alice"})
    assert visit(client) == 200
    return client


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    return sign_in(client, proved(alice))


def test_the_database_keeps_no_name_of_a_session(signed_in: Client) -> None:
    rows = [*Session.objects.values_list("session_key", flat=True)]
    rows += UserSession.objects.values_list("session_key", flat=True)
    assert rows == [kept(cookie(signed_in))] * 2
    assert cookie(signed_in) not in str(rows)


def test_what_a_dump_shows_opens_nothing(signed_in: Client) -> None:
    stolen = Session.objects.values_list("session_key", flat=True).get()
    assert visit(carrying(stolen)) == 302
    assert visit(carrying(cookie(signed_in))) == 200
    door = Client().get("/_allauth/app/v1/auth/session", HTTP_X_SESSION_TOKEN=stolen)
    assert door.status_code == 410
    assert Client().get("/_allauth/app/v1/auth/session", HTTP_X_SESSION_TOKEN=cookie(signed_in)).status_code == 200


def test_without_the_refusal_a_dump_would_open_the_account(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.remembered.SessionStore._validate_session_key", SessionStore._validate_session_key)
    assert visit(carrying(Session.objects.values_list("session_key", flat=True).get())) == 200


def test_other_devices_are_listed_and_ended(signed_in: Client, alice: User) -> None:
    other = sign_in(Client(), alice)
    page = signed_in.get("/accounts/sessions/")
    with request_context(page.wsgi_request):
        shown = {one.session_key: one.is_current() for one in page.context["sessions"]}
    assert shown == {kept(cookie(signed_in)): True, kept(cookie(other)): False}
    signed_in.post("/accounts/sessions/")
    assert (visit(other), visit(signed_in)) == (302, 200)


def test_expired_sessions_are_forgotten_with_their_devices(signed_in: Client) -> None:
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    forget_expired()
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)
