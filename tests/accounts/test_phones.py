import re

import pytest
from django.core import mail
from django.test import Client, override_settings

from accounts.models import Phone, User
from tests.accounts.test_auth_api import proved

pytestmark = pytest.mark.django_db
ADDRESS = "/_allauth/browser/v1/account/phone"
NUMBER = "+4930901820"


@pytest.fixture
def browser(alice: User) -> Client:
    """Signed in, and looked at a second time, as a sensitive change wants it."""
    client = Client()
    proof = {"email": proved(alice).email, "password": "correct horse alice"}
    assert client.post("/_allauth/browser/v1/auth/login", proof, "application/json").status_code == 200
    again = client.post("/_allauth/browser/v1/auth/reauthenticate", {"password": proof["password"]}, "application/json")
    assert again.status_code == 200
    return client


def claim(browser: Client) -> int:
    return browser.post(ADDRESS, {"phone": NUMBER}, "application/json").status_code


def test_a_number_is_proved_by_its_code(browser: Client, alice: User) -> None:
    assert claim(browser) == 202
    code = re.search(r"[A-Z0-9]{4}-?[A-Z0-9]{4}", str(mail.outbox[-1].body))
    assert code
    answer = browser.post("/_allauth/browser/v1/auth/phone/verify", {"code": code[0]}, "application/json")
    assert answer.status_code == 200
    assert Phone.objects.get(user=alice).verified


@override_settings(SMS_GATEWAY="")
def test_without_a_gateway_it_is_said(browser: Client) -> None:
    assert claim(browser) == 503


def test_one_number_gets_few_messages(browser: Client) -> None:
    answers = [claim(browser) for _try in range(8)]
    assert 429 in answers
    assert len(mail.outbox) <= 5


def test_a_proved_phone_signs_in(alice: User) -> None:
    Phone.objects.create(user=proved(alice), number=NUMBER, verified=True)
    client = Client()
    client.post("/accounts/login/", {"login": NUMBER})
    code = re.search(r"[A-Z0-9]{4}-?[A-Z0-9]{4}", str(mail.outbox[-1].body))
    assert code
    client.post("/accounts/login/code/confirm/", {"code": code[0]})
    assert client.get("/account/").status_code == 200


def test_an_unproved_phone_signs_nobody_in(client: Client, alice: User) -> None:
    Phone.objects.create(user=proved(alice), number=NUMBER)
    answer = client.post("/accounts/login/", {"login": NUMBER})
    assert answer["Location"] == "/accounts/login/code/confirm/"
    assert mail.outbox == []


def test_a_phone_is_proved_on_pages(alice: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": proved(alice).email, "password": "correct horse alice"})
    client.post("/accounts/reauthenticate/", {"password": "correct horse alice"})
    client.post("/accounts/phone/change/", {"phone": NUMBER})
    assert not Phone.objects.filter(verified=True).exists()
    code = re.search(r"[A-Z0-9]{4}-?[A-Z0-9]{4}", str(mail.outbox[-1].body))
    assert code
    client.post("/accounts/phone/verify/", {"code": code[0]})
    assert Phone.objects.get(user=alice).verified


SIGN_IN = ("/accounts/login/", "login", "/accounts/login/code/confirm/")
SIGN_UP = ("/accounts/signup/", "phone", "/accounts/phone/verify/")


@override_settings(ACCOUNT_RATE_LIMITS=False)
@pytest.mark.parametrize(("path", "field", "door"), [SIGN_IN, SIGN_UP])
def test_a_known_number_and_an_unknown_one_are_answered_alike(alice: User, path: str, field: str, door: str) -> None:
    """Also when another code is asked for, and when it was asked for too often."""
    Phone.objects.create(user=proved(alice), number=NUMBER, verified=True)
    seen = []
    for number in (NUMBER, "+4930901821"):
        answers = []
        for time, client in enumerate(Client() for _time in range(4)):
            answers.append(client.post(path, {field: number, "email": f"new{number}{time}@example.org"}).status_code)
            answers.append(client.post(door, {"action": "resend"}).status_code)
        seen.append(answers)
    assert seen[0] == seen[1]
    assert 429 in seen[0]
    assert {str(letter.to) for letter in mail.outbox} == {"['sms@localhost']"}
