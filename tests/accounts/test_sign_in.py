import time
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client

from accounts.models import User
from tests.accounts.test_auth_api import code, proved

EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "\thttps://evil.example",
    "https://testserver@evil.example/",
    "/\t/evil.example",
]


@pytest.mark.parametrize("target", EVIL)
def test_an_evil_next_stays_on_our_pages(client: Client, alice: User, target: str) -> None:
    answer = client.post(
        "/accounts/login/", {"login": proved(alice).email, "password": "correct horse alice", "next": target}
    )
    assert (answer.status_code, answer["Location"]) == (302, settings.LOGIN_REDIRECT_URL)


@pytest.mark.parametrize("target", EVIL)
def test_an_evil_next_survives_no_code_either(client: Client, alice: User, target: str) -> None:
    client.post("/accounts/login/", {"login": proved(alice).email, "next": target})
    answer = client.post("/accounts/login/code/confirm/", {"code": code(), "next": target})
    assert (answer.status_code, answer["Location"]) == (302, settings.LOGIN_REDIRECT_URL)
    assert client.post("/theme/", {"theme": "light", "next": target})["Location"] == "/"


def test_a_good_next_is_followed(client: Client, alice: User) -> None:
    client.post("/accounts/login/", {"login": proved(alice).email, "next": "/account/data/"})
    answer = client.post("/accounts/login/code/confirm/", {"code": code(), "next": "/account/data/"})
    assert answer["Location"] == "/account/data/"


@pytest.mark.parametrize(
    ("path", "field"),
    [("/accounts/login/", "login"), ("/accounts/signup/", "email"), ("/accounts/password/reset/", "email")],
)
def test_known_and_unknown_addresses_see_one_page(alice: User, path: str, field: str) -> None:
    proved(alice)
    pages = []
    for email in (alice.email, "nobod@example.org"):
        client = Client()
        answer = client.post(path, {field: email})
        shown = client.get(answer["Location"])
        pages.append((answer.status_code, answer["Location"], shown.status_code, shown.content.count(b"<button")))
    assert pages[0] == pages[1]
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(("path", "field"), [("/accounts/login/", "login"), ("/accounts/signup/", "email")])
def test_known_and_unknown_addresses_take_one_time(alice: User, path: str, field: str, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = False  # type: ignore[attr-defined]
    proved(alice)
    took: dict[str, list[float]] = {alice.email: [], "nobod@example.org": []}
    for _round in range(15):
        for email, times in took.items():
            started = time.perf_counter()
            User.objects.filter(email="nobod@example.org").delete()
            Client().post(path, {field: email})
            times.append(time.perf_counter() - started)
    known, unknown = (min(times) for times in took.values())  # what the work takes, whatever else the machine does
    assert abs(known - unknown) < 0.03, f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms"


AGAIN = [
    ("/accounts/login/", "login", "/accounts/login/code/confirm/"),
    ("/accounts/signup/", "email", "/accounts/confirm-email/"),
]


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize(("path", "field", "door"), AGAIN)
def test_another_code_is_the_same_for_known_and_unknown_addresses(
    alice: User, path: str, field: str, door: str, away: bool, settings: Any
) -> None:
    """As many letters, so that no clock and no mail server that is away tells who has an account."""
    settings.ACCOUNT_RATE_LIMITS = False
    proved(alice)
    seen, sends = [], settings.EMAIL_BACKEND
    for email in (alice.email, "nobod@example.org"):
        client = Client()
        client.post(path, {field: email})
        before = len(mail.outbox)
        settings.EMAIL_BACKEND = "tests.accounts.test_sign_in.NoMail" if away else sends
        seen.append((client.post(door, {"action": "resend"}).status_code, len(mail.outbox) - before))
        settings.EMAIL_BACKEND = sends
    assert seen == [(503, 0) if away else (302, 1)] * 2


class NoMail(BaseEmailBackend):
    def send_messages(self, letters: Any) -> int:
        raise ConnectionRefusedError


def test_a_session_gets_a_new_name_at_sign_in(client: Client, alice: User) -> None:
    client.post("/accounts/login/", {"login": proved(alice).email})
    before = client.session.session_key
    client.post("/accounts/login/code/confirm/", {"code": code()})
    assert client.session.session_key != before


def test_mail_is_shown_in_development_only(client: Client, db: None, settings: object) -> None:
    assert client.get("/dev/mail/").status_code == 200
    settings.MAIL_ON_A_PAGE = False  # type: ignore[attr-defined]
    assert client.get("/dev/mail/").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.168.1.7", 404), ("::ffff:10.0.0.2", 404)],
)
def test_mail_is_shown_to_the_machine_itself_only(client: Client, db: None, address: str, status: int) -> None:
    assert client.get("/dev/mail/", REMOTE_ADDR=address).status_code == status
    client.post("/accounts/login/", {"login": "new@example.com"}, REMOTE_ADDR=address)
    page = client.get("/accounts/login/code/confirm/", REMOTE_ADDR=address)
    assert (b"/dev/mail/" in page.content) == (status == 200)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_mail_is_not_shown_through_a_tunnel(client: Client, db: None, header: str) -> None:
    assert client.get("/dev/mail/").status_code == 200
    assert client.get("/dev/mail/", headers={header: "127.0.0.1"}).status_code == 404


def test_a_code_for_nobody_is_refused(client: Client, db: None) -> None:
    assert client.post("/accounts/login/code/", {}).status_code == 200
    asked = client.post("/_allauth/app/v1/auth/code/request", {}, content_type="application/json")
    assert asked.status_code == 400


def test_a_studio_that_takes_nobody_says_so(client: Client, alice: User, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    page = client.post("/accounts/signup/", {"email": "new@example.org"}).content.decode()
    assert "No new accounts for now." in page
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_stopped_account_is_told_to_whoever_owns_it(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    given = {"login": alice.email, "password": "correct horse alice"}
    page = client.post("/accounts/login/", given, follow=True).content.decode()
    assert "_auth_user_id" not in client.session
    assert "This account is stopped." in page


def test_signing_out_empties_the_browser(client: Client, alice: User) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    assert "Clear-Site-Data" not in client.get("/account/")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"storage"'
