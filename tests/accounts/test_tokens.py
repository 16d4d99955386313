import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.accounts.test_auth_api import me, post, proved, tokens

Claims = dict[str, Any]


def sign(claims: Claims, key: str = "", algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or settings.SECRET_KEY, algorithm=algorithm)


def unsigned(claims: Claims) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def edited(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "1"
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{signature}"


FORGED: dict[str, Callable[[str, Claims], str]] = {
    "no signature": lambda token, claims: unsigned(claims),
    "signature cut off": lambda token, claims: token.rpartition(".")[0] + ".",
    "claims edited": lambda token, claims: edited(token),
    "signed with another key": lambda token, claims: sign(claims, "x" * 48),
    "signed with an empty key": lambda token, claims: sign(claims, " " * 32),
    "another algorithm": lambda token, claims: sign(claims, algorithm="HS512"),
    "run out": lambda token, claims: sign(claims | {"exp": int(time.time()) - 1}),
    "a refresh token as access": lambda token, claims: sign(claims | {"token_use": "refresh"}),
    "no use named": lambda token, claims: sign({name: claims[name] for name in claims if name != "token_use"}),
    "another person": lambda token, claims: sign(claims | {"sub": str(int(claims["sub"]) + 1)}),
    "no session": lambda token, claims: sign({name: claims[name] for name in claims if name != "sid"}),
    "a session that never was": lambda token, claims: sign(claims | {"sid": base64.b64encode(b"x" * 48).decode()}),
    "a number for a person": lambda token, claims: sign(claims | {"sid": 7}),
    "no token at all": lambda token, claims: "a.b.c",
    "two tokens": lambda token, claims: f"{token} {token}",
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_opens_nothing(client: Client, alice: User, bob: User, kind: str) -> None:
    token = tokens(client, proved(alice))["access_token"]
    claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
    assert me(sign(claims)) == 200
    assert me(FORGED[kind](token, claims)) == 401


def test_a_forged_token_does_not_fall_back_to_the_session(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/api/v1/auth/me").status_code == 200
    assert client.get("/api/v1/auth/me", headers={"Authorization": "Bearer a.b.c"}).status_code == 401


def test_access_lives_a_day_and_refresh_a_week(client: Client, alice: User) -> None:
    pair = tokens(client, proved(alice))
    claims = [
        jwt.decode(pair[name], settings.SECRET_KEY, algorithms=["HS256"]) for name in sorted(pair) if "_token" in name
    ]
    assert [claim["exp"] - claim["iat"] for claim in claims] == [24 * 3600, 7 * 24 * 3600]


def test_an_access_token_refreshes_nothing(client: Client, alice: User) -> None:
    pair = tokens(client, proved(alice))
    assert post(client, "refresh", {"refresh_token": pair["access_token"]}).status_code == 401
    assert me(pair["access_token"]) == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_refreshes_at_once_none_leaves_a_copy_alive(client: Client, alice: User) -> None:
    pair = tokens(client, proved(alice))

    def refresh(_number: int) -> Any:
        try:
            return post(Client(), "refresh", {"refresh_token": pair["refresh_token"]})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refresh, range(8)))
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert Session.objects.count() == 0
    assert all(me(answer.json()["data"]["access_token"]) == 401 for answer in answers if answer.status_code == 200)


def test_signing_out_on_a_page_leaves_other_places_signed_in(client: Client, alice: User) -> None:
    mine = tokens(client, proved(alice))
    browser = Client()
    browser.post("/accounts/login/", {"login": alice.email, "password": "correct horse alice"})
    browser.post("/accounts/logout/")
    assert browser.get("/account/").status_code == 302
    assert me(mine["access_token"]) == 200


def test_a_new_password_on_a_page_ends_every_other_sign_in(client: Client, alice: User) -> None:
    mine = tokens(client, proved(alice))
    browser, other = Client(), Client()
    for one in (browser, other):
        one.post("/accounts/login/", {"login": alice.email, "password": "correct horse alice"})
    new = "another horse entirely"
    browser.post(
        "/accounts/password/change/", {"oldpassword": "correct horse alice", "password1": new, "password2": new}
    )
    assert browser.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert me(mine["access_token"]) == 401
