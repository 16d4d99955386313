import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import ApiKey, User
from accounts.signals import granting


def newuser(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("newuser", *arguments, stdout=out)
    printed: dict[str, Any] = json.loads(out.getvalue())
    return printed


@pytest.fixture
def granted() -> Iterator[list[tuple[str, int]]]:
    seen: list[tuple[str, int]] = []

    def keep(user: User, credits: int, **_facts: Any) -> None:
        seen.append((user.email, credits))

    granting.connect(keep)
    yield seen
    granting.disconnect(keep)


def test_the_printed_key_opens_the_api(db: None, api: APIClient) -> None:
    printed = newuser("New@Example.org", "--api-key", "ci")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {printed['api_key']}")
    assert api.get("/api/v1/auth/me").json()["data"]["email"] == printed["email"] == "new@example.org"


def test_without_a_key_none_is_printed(db: None) -> None:
    assert newuser("new@example.org") == {"email": "new@example.org", "api_key": None}
    assert not ApiKey.objects.exists()


def test_running_it_again_updates_the_same_person(db: None) -> None:
    newuser("new@example.org", "--password", "first pass word")
    newuser("new@example.org", "--password", "second pass word", "--staff")
    user = User.objects.get(email="new@example.org")
    assert user.check_password("second pass word")
    assert user.is_staff


def test_credits_are_told_to_who_keeps_the_books(db: None, granted: list[tuple[str, int]]) -> None:
    newuser("new@example.org", "--credits", "500")
    assert granted == [("new@example.org", 500)]


@pytest.mark.parametrize("arguments", [["nobody"], ["a@example.org", "--credits", "-1"], ["a b@example.org"]])
def test_what_makes_no_sense_is_refused(arguments: list[str], db: None) -> None:
    with pytest.raises(CommandError):
        newuser(*arguments)
    assert not User.objects.exists()
