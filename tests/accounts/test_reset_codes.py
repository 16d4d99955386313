"""Who looks at a reset code, or resets with a wrong one, does not learn whether the address has an account."""

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.accounts.test_auth_api import code, proved

JSON = "application/json"


def begin(client: Client, kind: str, email: str) -> tuple[str, dict[str, str]]:
    """Where the code is waited for, and the headers that name the one who was sent it."""
    begun = client.post(f"/_allauth/{kind}/v1/auth/password/request", {"email": email}, JSON)
    assert begun.status_code == 401
    token = begun.json()["meta"].get("session_token")
    return f"/_allauth/{kind}/v1/auth/password/reset", {"X-Session-Token": token} if token else {}


def said(answers: list[HttpResponse]) -> list[tuple[int, bytes]]:
    """Without the names of single requests."""
    return [(answer.status_code, answer.content if answer.status_code == 400 else b"") for answer in answers]


def looks(kind: str, email: str, key: dict[str, str]) -> list[tuple[int, bytes]]:
    client = Client(raise_request_exception=False)
    path, who = begin(client, kind, email)
    return said([client.get(path, headers=who | key) for _time in range(7)])


@pytest.mark.parametrize("kind", ["app", "browser"])
@pytest.mark.parametrize(("key", "last"), [({}, 409), ({"X-Password-Reset-Key": "WRNG-0001"}, 429)])
def test_looks_at_a_code_end_alike_for_known_and_unknown_addresses(
    alice: User, kind: str, key: dict[str, str], last: int
) -> None:
    """Without a key nothing counts them but allauth; with one the sixth is refused before it is looked at."""
    known, unknown = (looks(kind, email, key) for email in (proved(alice).email, "nobody@example.org"))
    assert known == unknown
    assert [status for status, _content in known] == [400] * 5 + [last] * 2


@pytest.mark.parametrize("wanted", [{"password": "123"}, {"password": "a good long one"}, {}])
def test_a_reset_by_a_wrong_code_is_refused_alike(alice: User, wanted: dict[str, str]) -> None:
    found = []
    for email in (proved(alice).email, "nobody@example.org"):
        client = Client()
        path, who = begin(client, "app", email)
        found.append(said([client.post(path, {"key": "WRNG-0001"} | wanted, JSON, headers=who)]))
    assert found[0] == found[1]


def test_the_right_code_still_resets(alice: User) -> None:
    client = Client()
    path, who = begin(client, "app", proved(alice).email)
    key = code()
    assert client.get(path, headers=who | {"X-Password-Reset-Key": key}).status_code == 200
    weak = client.post(path, {"key": key, "password": "123"}, JSON, headers=who)
    assert "password_too_short" in {error["code"] for error in weak.json()["errors"]}
    assert client.post(path, {"key": key, "password": "a good long one"}, JSON, headers=who).status_code in {200, 401}
    alice.refresh_from_db()
    assert alice.check_password("a good long one")
