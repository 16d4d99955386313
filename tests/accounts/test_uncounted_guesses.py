"""Every way to a comparison with a code is counted, whatever else the call says that it is."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from accounts.models import Phone, User
from tests.accounts.test_auth_api import post, proved
from tests.accounts.test_second_factor import PASSWORD, SECRET, begin, now

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
WRONG = "code=WRNG-0001"
NUMBER = "+4930901820"


def at_once(guess: Callable[[], HttpResponse], times: int = 8) -> Counter[int]:
    """As if in flight together: each finds the sessions as they were before all."""
    before = list(Session.objects.all())
    answers: Counter[int] = Counter()
    for _time in range(times):
        answers[guess().status_code] += 1
        for row in before:
            Session.objects.filter(pk=row.pk).update(session_data=row.session_data)
    return answers


def waiting_login(client: Client, alice: User) -> str:
    client.post("/accounts/login/", {"login": proved(alice).email})
    return "/accounts/login/code/confirm/"


def waiting_email(client: Client, alice: User) -> str:
    client.post("/accounts/signup/", {"email": "eve@example.org"})
    return "/accounts/confirm-email/"


def waiting_phone(client: Client, alice: User) -> str:
    Phone.objects.create(user=proved(alice), number=NUMBER, verified=True)
    client.post("/accounts/signup/", {"phone": "+4930901821", "email": "eve@example.org"})
    return "/accounts/phone/verify/"


def waiting_reset(client: Client, alice: User) -> str:
    return client.post("/accounts/password/reset/", {"email": proved(alice).email})["Location"]


def waiting_second_factor(client: Client, alice: User) -> str:
    TOTP.activate(proved(alice), SECRET)
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    return "/accounts/2fa/authenticate/"


def waiting_second_look(client: Client, alice: User) -> str:
    client.post(waiting_second_factor(client, alice), {"code": now()})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    return "/accounts/2fa/reauthenticate/"


WAITING = [waiting_login, waiting_email, waiting_phone, waiting_reset, waiting_second_factor, waiting_second_look]


@pytest.mark.parametrize("action", ["resend", "change"])
@pytest.mark.parametrize("waiting", WAITING)
def test_a_guess_that_says_it_is_something_else_counts(
    waiting: Callable[[Client, User], str], action: str, client: Client, alice: User, settings: Any
) -> None:
    """Where nothing more may be sent or changed, and where no such thing is known, allauth looks at the code."""
    settings.ACCOUNT_RATE_LIMITS = False
    for name in ("LOGIN_BY_CODE", "EMAIL_VERIFICATION", "PHONE_VERIFICATION"):
        setattr(settings, f"ACCOUNT_{name}_SUPPORTS_RESEND", False)
    path = waiting(client, alice)
    assert client.get(path).status_code == 200
    assert at_once(lambda: client.post(path, f"action={action}&{WRONG}", FORM))[429] == 3


def test_asking_for_another_code_takes_no_guess(client: Client, alice: User) -> None:
    path = waiting_login(client, alice)
    assert client.post(path, {"action": "resend"}).status_code == 302
    assert at_once(lambda: client.post(path, WRONG, FORM), 5)[429] == 0


def ticket(client: Client, alice: User) -> dict[str, str]:
    return {"X-Session-Token": post(client, "login", {"email": proved(alice).email}).json()["data"]["ticket"]}


CONFIRM = "/_allauth/app/v1/auth/code/confirm"
DISGUISED = '{"code": "WRNG-0001", "x": "&action=resend&"}'


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_a_guess_by_any_method_counts(method: str, client: Client, alice: User) -> None:
    who = ticket(client, alice)
    answers = at_once(lambda: client.generic(method, CONFIRM, DISGUISED, JSON, headers=who))
    assert answers == {400: 5, 429: 3}


def test_json_that_reads_as_a_form_counts(alice: User, settings: Any) -> None:
    """The doorkeeper turns it away; here nobody stands at the door."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "klikyai.doorkeeper.Doorkeeper"]
    client = Client()
    who = ticket(client, alice)
    assert at_once(lambda: client.post(CONFIRM, DISGUISED, FORM, headers=who)) == {400: 5, 429: 3}


def test_one_session_has_one_count_however_its_token_is_written(client: Client, alice: User) -> None:
    TOTP.activate(proved(alice), SECRET)
    path = "/_allauth/app/v1/auth/2fa/reauthenticate"
    pair = post(client, "login", {"ticket": begin(client, alice), "code": now()}).json()["data"]
    first = pair["access_token"]
    second = post(client, "refresh", {"refresh_token": pair["refresh_token"]}).json()["data"]["access_token"]
    written = [
        f"{scheme}{token}" for token in (first, second) for scheme in ("Bearer ", "bearer ", "BEARER  ", " Bearer\t")
    ]
    answers = [
        client.post(path, {"code": "000000"}, JSON, headers={"Authorization": header}).status_code for header in written
    ]
    assert answers == [400] * 5 + [429] * 3
