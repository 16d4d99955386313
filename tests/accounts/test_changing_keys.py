"""A key is changed without being made anew; nobody gives it more than they have, least of all itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.errors import NotFound
from accounts.models import ApiKey, AuditEntry, User

KEYS = "/api/v1/keys"
LATER = (timezone.now() + timedelta(days=30)).isoformat()


def change(api: APIClient, key: ApiKey, **wanted: Any) -> Any:
    return api.patch(f"{KEYS}/{key.public_id}", wanted, format="json")


def holding(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def by_hand(alice: User) -> APIClient:
    """Alice in her browser."""
    api = APIClient()
    api.force_login(alice)
    return api


@pytest.fixture
def capped(alice: User) -> tuple[ApiKey, APIClient]:
    key, secret = api_keys.issue(alice, "capped", ["admin", "generate"], spending_cap=100)
    return key, holding(secret)


def test_a_person_changes_what_they_name(by_hand: APIClient, alice: User) -> None:
    key, secret = api_keys.issue(alice, "laptop", ["read"], spending_cap=5)
    for _time in range(2):
        shown = change(by_hand, key, name="desk", scopes=["read", "admin"], expires_at=LATER).json()["data"]
        assert (shown["name"], shown["scopes"], shown["spending_cap"]) == ("desk", ["read", "admin"], 5)
        assert shown["expires_at"] is not None
    shown = change(by_hand, key, spending_cap=None, expires_at=None).json()["data"]
    assert (shown["name"], shown["spending_cap"], shown["expires_at"]) == ("desk", None, None)
    assert holding(secret).get(KEYS).status_code == 200


def test_a_change_is_in_the_log(by_hand: APIClient, alice: User) -> None:
    key = api_keys.issue(alice, "laptop")[0]
    change(by_hand, key, name="desk", spending_cap=7)
    entry = AuditEntry.objects.get(action="key changed")
    assert (entry.actor, entry.subject) == (str(alice.public_id), str(key.public_id))
    assert entry.facts["fields"] == ["name", "spending_cap"]


@pytest.mark.parametrize(
    "wider", [{"scopes": ["admin", "billing"]}, {"spending_cap": None}, {"spending_cap": 101}]
)  # fmt: skip
def test_a_key_widens_neither_itself_nor_what_it_made(
    capped: tuple[ApiKey, APIClient], alice: User, wider: dict[str, Any]
) -> None:
    key, client = capped
    child = api_keys.make(alice, "child", ["admin"], made_by=key, spending_cap=5)[0]
    for one in (key, child):
        assert change(client, one, **wider).status_code == 403
        one.refresh_from_db()
    assert (key.scopes, key.spending_cap) == (["admin", "generate"], 100)
    assert (child.scopes, child.spending_cap) == (["admin"], 5)


def test_a_key_that_ends_puts_its_end_off_for_nobody(alice: User) -> None:
    key, secret = api_keys.issue(alice, "short", ["admin"], expires_at=timezone.now() + timedelta(hours=1))
    child = api_keys.make(alice, "child", ["admin"], made_by=key, expires_at=key.expires_at)[0]
    for one in (key, child):
        for end in (LATER, None):
            assert change(holding(secret), one, expires_at=end).status_code == 403


def test_a_key_changes_what_it_made_within_what_it_has(capped: tuple[ApiKey, APIClient], alice: User) -> None:
    key, client = capped
    child = api_keys.make(alice, "child", ["admin"], made_by=key, spending_cap=5)[0]
    shown = change(client, child, scopes=["generate"], spending_cap=100).json()["data"]
    assert (shown["scopes"], shown["spending_cap"]) == (["generate"], 100)


def test_a_key_changes_none_that_it_did_not_make(capped: tuple[ApiKey, APIClient], alice: User) -> None:
    """What that one spends would not count for this one."""
    other = api_keys.issue(alice, "other", ["admin"], spending_cap=5)[0]
    assert change(capped[1], other, spending_cap=100).status_code == 403
    child_secret = api_keys.make(alice, "child", ["admin"], made_by=capped[0], spending_cap=5)[1]
    assert change(holding(child_secret), capped[0], name="mine").status_code == 403


def test_not_even_a_person_lifts_a_child_above_its_maker(
    capped: tuple[ApiKey, APIClient], by_hand: APIClient, alice: User
) -> None:
    child = api_keys.make(alice, "child", ["admin"], made_by=capped[0], spending_cap=5)[0]
    assert change(by_hand, child, spending_cap=101).status_code == 403
    assert change(by_hand, capped[0], spending_cap=101).status_code == 200
    assert change(by_hand, child, spending_cap=101).status_code == 200


def test_what_a_key_loses_its_children_lose(capped: tuple[ApiKey, APIClient], by_hand: APIClient, alice: User) -> None:
    first = api_keys.make(alice, "first", ["admin", "generate"], made_by=capped[0], spending_cap=100)[0]
    second, secret = api_keys.make(alice, "second", ["admin"], made_by=first, spending_cap=5)
    change(by_hand, capped[0], scopes=["generate"], spending_cap=50, expires_at=LATER)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.scopes, first.spending_cap, second.scopes, second.spending_cap) == (["generate"], 50, [], 5)
    assert first.expires_at == second.expires_at is not None
    assert holding(secret).get(KEYS).status_code == 403


def test_a_key_that_is_gone_is_changed_by_nobody(by_hand: APIClient, alice: User, charlie: User) -> None:
    key, others = api_keys.issue(alice, "gone")[0], api_keys.issue(charlie, "hers")[0]
    api_keys.revoke(key)
    assert [change(by_hand, one, name="x").status_code for one in (key, others)] == [404, 404]
    with pytest.raises(NotFound):  # it went while the call was on its way
        api_keys.change(key, {"name": "x"})


def test_null_is_no_name_and_no_scope(by_hand: APIClient, alice: User) -> None:
    key = api_keys.issue(alice, "laptop", ["read"], spending_cap=5)[0]
    shown = change(by_hand, key, name=None, scopes=None, spending_cap=None).json()["data"]
    assert (shown["name"], shown["scopes"], shown["spending_cap"]) == ("laptop", ["read"], None)


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""}, {"name": "x" * 81}, {"scopes": []}, {"scopes": ["root"]}, {"spending_cap": -1},
        {"spending_cap": True}, {"expires_at": "2020-01-01T00:00:00Z"}, {"prefix": "klik_"}, {"made_by": None},
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(by_hand: APIClient, alice: User, body: dict[str, Any]) -> None:
    assert change(by_hand, api_keys.issue(alice, "laptop")[0], **body).status_code == 400
