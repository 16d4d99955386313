from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import ApiKey, Scope, User
from billing import credits, usage
from billing.models import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(alice: User) -> ApiKey:
    return api_keys.issue(alice, "robot", Scope.values)[0]


def spend(user: User, name: str, amount: int, tool: str, key: ApiKey | None = None, days_ago: int = 0) -> None:
    credits.grant(user, amount, reference=f"pay:{name}", kind="purchase")
    credits.hold(user, amount, reference=name, tool=tool, api_key=key)
    credits.capture(name, amount)
    Hold.objects.filter(reference=name).update(created_at=timezone.now() - timedelta(days=days_ago))


def asked(api: APIClient, query: str = "") -> dict:
    answer = api.get(f"/api/v1/wallet/usage{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


@pytest.mark.usefixtures("midday")
def test_spending_is_told_by_day_tool_and_key(alice: User, alice_api: APIClient, key: ApiKey) -> None:
    spend(alice, "a", 10, "text_to_image", key)
    spend(alice, "b", 5, "text_to_image", key)
    spend(alice, "c", 3, "upscale")
    spend(alice, "d", 7, "text_to_image", days_ago=2)
    found = asked(alice_api)
    today, before = (str(timezone.now().date() - timedelta(days=days)) for days in (0, 2))
    assert [(row["day"], row["tool"], row["key_name"], row["credits"], row["jobs"]) for row in found["items"]] == [
        (before, "text_to_image", "", 7, 1),
        (today, "text_to_image", "robot", 15, 2),
        (today, "upscale", "", 3, 1),
    ]
    assert (found["credits"], found["jobs"]) == (25, 4)
    assert found["items"][1]["key"] == str(key.public_id)


def test_what_is_being_made_counts_and_what_came_back_does_not(alice: User, alice_api: APIClient) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 10, reference="running", tool="x")
    credits.hold(alice, 20, reference="part", tool="x")
    credits.capture("part", 8)
    credits.refund("part", 3, reason="sorry", key="a")
    credits.hold(alice, 30, reference="left", tool="x")
    credits.release("left")
    assert asked(alice_api)["credits"] == 15


@pytest.mark.usefixtures("midday")
def test_only_the_days_asked_for_are_told(alice: User, alice_api: APIClient) -> None:
    spend(alice, "new", 1, "x", days_ago=1)
    spend(alice, "old", 9, "x", days_ago=2)
    assert asked(alice_api, "?days=2")["credits"] == 1
    assert asked(alice_api, "?days=3")["credits"] == 10


@pytest.mark.parametrize("query", ["?days=0", "?days=367", "?days=x", "?days=1&days=2", "?user=1", "?days=1e3"])
def test_a_wrong_question_is_refused(alice_api: APIClient, query: str) -> None:
    assert alice_api.get(f"/api/v1/wallet/usage{query}").status_code == 400


def test_nobody_is_told_of_anothers(alice: User, charlie_api: APIClient) -> None:
    spend(alice, "a", 10, "x")
    assert asked(charlie_api)["items"] == []


def test_it_takes_one_query_however_much_was_spent(alice: User, key: ApiKey) -> None:
    for number in range(12):
        spend(alice, f"job{number}", 1, f"tool{number % 3}", key if number % 2 else None, number % 5)
    with CaptureQueriesContext(connection) as captured:
        assert sum(row.credits for row in usage.spent(alice, 30)) == 12
    assert len(captured) == 1
