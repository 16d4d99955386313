"""What a key made spends with it, may no more than it, and ends with it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.errors import Forbidden
from accounts.models import ApiKey, User
from billing import credits
from billing.errors import OverLimit

KEYS = "/api/v1/keys"
EVERY = ["admin", "generate"]


def holding(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def child(parent: APIClient, **more: Any) -> tuple[ApiKey, APIClient]:
    made = parent.post(KEYS, {"name": "child", "scopes": EVERY} | more, format="json").json()["data"]
    return ApiKey.objects.get(public_id=made["id"]), holding(made["key"])


@pytest.fixture
def family(alice: User) -> list[tuple[ApiKey, APIClient]]:
    """Three of a line; each may spend as much as the first."""
    key, secret = api_keys.issue(alice, "first", EVERY, spending_cap=100)
    found = [(key, holding(secret))]
    for _one in range(2):
        found.append(child(found[-1][1], spending_cap=100))
    credits.grant(alice, 1000, reference="pay", kind="purchase")
    return found


def test_what_a_key_made_spends_of_the_same_cap(family: list[tuple[ApiKey, APIClient]], alice: User) -> None:
    (first, client), (second, _its), (third, _hers) = family
    other = child(client, spending_cap=100)[0]
    for number, key in enumerate([first, second, third, other]):
        credits.hold(alice, 25, reference=f"of {number}", api_key=key)
    for key in (first, second, third, other):
        with pytest.raises(OverLimit):
            credits.hold(alice, 1, reference=f"more of {key.pk}", api_key=key)
    credits.hold(alice, 500, reference="by hand")


def test_what_a_revoked_key_spent_was_spent(family: list[tuple[ApiKey, APIClient]], alice: User) -> None:
    (first, _client), (second, _its), _third = family
    credits.hold(alice, 90, reference="a", api_key=second)
    api_keys.revoke(second)
    with pytest.raises(OverLimit):
        credits.hold(alice, 11, reference="b", api_key=first)
    credits.hold(alice, 10, reference="c", api_key=first)


def test_a_key_that_a_person_made_spends_alone(family: list[tuple[ApiKey, APIClient]], alice: User) -> None:
    own = api_keys.make(alice, "own", EVERY, spending_cap=100)[0]
    credits.hold(alice, 100, reference="a", api_key=family[0][0])
    credits.hold(alice, 100, reference="b", api_key=own)


def test_a_smaller_cap_of_a_child_is_its_own(family: list[tuple[ApiKey, APIClient]], alice: User) -> None:
    small = child(family[0][1], spending_cap=5)[0]
    with pytest.raises(OverLimit):
        credits.hold(alice, 6, reference="a", api_key=small)
    credits.hold(alice, 6, reference="b", api_key=family[0][0])


def test_revoking_goes_down_and_not_up(family: list[tuple[ApiKey, APIClient]], alice_api: APIClient) -> None:
    (_first, client), (second, its), (_third, hers) = family
    alice_api.delete(f"{KEYS}/{second.public_id}")
    assert [one.get(KEYS).status_code for one in (client, its, hers)] == [200, 401, 401]


def test_who_made_a_key_is_shown(family: list[tuple[ApiKey, APIClient]], alice_api: APIClient) -> None:
    shown = {one["id"]: one["made_by"] for one in alice_api.get(KEYS).json()["data"]["items"]}
    first, second, third = (str(key.public_id) for key, _client in family)
    assert [shown[one] for one in (first, second, third)] == [None, first, second]


@pytest.mark.parametrize("end", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(days=1)}])
def test_a_key_that_ends_meanwhile_makes_no_other(
    family: list[tuple[ApiKey, APIClient]], alice: User, end: dict[str, Any]
) -> None:
    first = family[0][0]
    ApiKey.objects.filter(pk=first.pk).update(**end)
    with pytest.raises(Forbidden):
        api_keys.make(alice, "late", EVERY, made_by=first, spending_cap=1)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_being_made_is_revoked_with_its_maker(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first = api_keys.issue(alice, "first", EVERY)[0]
    asked, real = threading.Event(), api_keys.issue

    def slow(*args: Any, **more: Any) -> tuple[ApiKey, str]:
        made = real(*args, **more)
        asked.wait(0.5)  # nobody may get by: what is revoked now would not know of this one
        return made

    def make() -> None:
        api_keys.make(alice, "second", EVERY, made_by=first)
        connection.close()

    def revoke() -> None:
        api_keys.revoke(first)
        asked.set()
        connection.close()

    monkeypatch.setattr(api_keys, "issue", slow)
    with ThreadPoolExecutor(2) as pool:
        making = pool.submit(make)
        while not _held(alice):
            assert not making.done()
        revoking = pool.submit(revoke)
        making.result(), revoking.result()
    assert ApiKey.objects.filter(user=alice, revoked_at=None).count() == 0


def _held(user: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [user.pk])
        return cursor.fetchone() is None
