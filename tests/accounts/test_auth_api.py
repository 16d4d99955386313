import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from accounts.models import User

CODE = re.compile(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/auth/{path}", body, content_type="application/json", headers=headers)


def code() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found
    return found[1]


def proved(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def tokens(client: Client, user: User) -> dict[str, str]:
    answer = post(client, "login", {"email": user.email, "password": "correct horse alice"})
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def me(token: str) -> int:
    return Client().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_sign_up_then_code_then_tokens(client: Client, db: None) -> None:
    waiting = post(client, "register", {"email": "eve@example.org"})
    assert (waiting.status_code, waiting.json()["data"]["pending"]) == (202, "verify_email")
    done = post(client, "login", {"ticket": waiting.json()["data"]["ticket"], "code": code()})
    assert done.status_code == 200, done.content
    assert me(done.json()["data"]["access_token"]) == 200


def test_sign_in_by_code(client: Client, alice: User) -> None:
    proved(alice)
    waiting = post(client, "login", {"email": "ALICE@example.org"})
    assert (waiting.status_code, waiting.json()["data"]["pending"]) == (202, "login_by_code")
    ticket = waiting.json()["data"]["ticket"]
    assert post(client, "login", {"ticket": ticket, "code": "WRNG-WRNG"}).status_code == 400
    right = code()
    assert post(client, "login", {"ticket": ticket, "code": right}).status_code == 200
    assert post(client, "login", {"ticket": ticket, "code": right}).status_code == 400


def test_a_code_is_of_no_use_in_another_sign_in(client: Client, alice: User) -> None:
    proved(alice)
    post(client, "login", {"email": alice.email})
    stolen = code()
    other = post(client, "login", {"email": "nobody@example.org"}).json()["data"]["ticket"]
    assert post(client, "login", {"ticket": other, "code": stolen}).status_code == 400


@pytest.mark.parametrize("path", ["login", "register"])
def test_known_and_unknown_addresses_get_one_answer(client: Client, alice: User, path: str) -> None:
    proved(alice)
    known, unknown = (post(client, path, {"email": email}) for email in (alice.email, "nobody@example.org"))
    assert known.status_code == unknown.status_code == 202
    assert known.json()["data"]["pending"] == unknown.json()["data"]["pending"]
    assert known.json()["message"] == unknown.json()["message"]
    assert len(mail.outbox) == 2


def test_a_wrong_password_and_an_unknown_address_are_one_refusal(client: Client, alice: User) -> None:
    wrong = post(client, "login", {"email": alice.email, "password": "wrong"})
    unknown = post(client, "login", {"email": "nobody@example.org", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["error"] == unknown.json()["error"]


def test_refreshing_gives_new_tokens(client: Client, alice: User) -> None:
    first = tokens(client, proved(alice))
    second = post(client, "refresh", {"refresh_token": first["refresh_token"]}).json()["data"]
    assert me(second["access_token"]) == 200
    assert second["refresh_token"] != first["refresh_token"]


def test_a_refresh_token_used_twice_ends_the_family(client: Client, alice: User) -> None:
    first = tokens(client, proved(alice))
    second = post(client, "refresh", {"refresh_token": first["refresh_token"]}).json()["data"]
    assert post(client, "refresh", {"refresh_token": first["refresh_token"]}).status_code == 401
    assert me(second["access_token"]) == me(first["access_token"]) == 401
    assert post(client, "refresh", {"refresh_token": second["refresh_token"]}).status_code == 401


def test_signing_out_ends_the_tokens(client: Client, alice: User) -> None:
    mine = tokens(client, proved(alice))
    out = post(client, "logout", {}, Authorization=f"Bearer {mine['access_token']}")
    assert out.status_code == 200, out.content
    assert me(mine["access_token"]) == 401
    assert post(client, "refresh", {"refresh_token": mine["refresh_token"]}).status_code == 401
    assert Session.objects.count() == 0


def test_a_new_password_ends_the_tokens(client: Client, alice: User) -> None:
    mine = tokens(client, proved(alice))
    alice.set_password("another horse entirely")
    alice.save()
    assert me(mine["access_token"]) == 401
    assert post(client, "refresh", {"refresh_token": mine["refresh_token"]}).status_code == 401


def test_a_second_factor_is_asked_for(client: Client, alice: User) -> None:
    TOTP.activate(proved(alice), "JBSWY3DPEHPK3PXP")
    spare = RecoveryCodes.activate(alice).get_unused_codes()[0]
    waiting = post(client, "login", {"email": alice.email, "password": "correct horse alice"})
    assert (waiting.status_code, waiting.json()["data"]["pending"]) == (202, "mfa_authenticate")
    ticket = waiting.json()["data"]["ticket"]
    assert post(client, "login", {"ticket": ticket, "code": "000000"}).status_code == 400
    assert post(client, "login", {"ticket": ticket, "code": spare}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"password": "x"}, {"ticket": "x"}, {"code": "x"}, {"email": 1}, {"email": "a@b.c", "ticket": "x"}],
)
def test_half_a_sign_in_is_refused(client: Client, db: None, body: dict[str, Any]) -> None:
    answer = post(client, "login", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("email", ["no address", "a@b", "x" * 300 + "@example.org", "a\nb@example.org"])
def test_what_is_no_address_is_refused(client: Client, db: None, email: str) -> None:
    assert post(client, "register", {"email": email}).status_code == 400
    assert post(client, "login", {"email": email}).status_code == 400


def test_the_sixth_beginning_in_five_minutes_waits(client: Client, db: None) -> None:
    answers = [post(client, "login", {"email": f"p{n}@example.org"}).status_code for n in range(6)]
    assert answers == [202] * 5 + [429]
