import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import ApiKey, User

ME, KEYS = "/api/v1/auth/me", "/api/v1/keys"


def opens(secret: str) -> bool:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client.get(ME).status_code == 200


def test_a_key_is_shown_once_and_kept_as_a_hash(alice: User, alice_api: APIClient) -> None:
    made = alice_api.post(KEYS, {"name": "laptop"}, format="json").json()["data"]
    assert made["key"].startswith("klik_")
    assert made["key"].startswith(made["prefix"])
    assert opens(made["key"])
    assert made["key"] not in alice_api.get(KEYS).content.decode()
    row = ApiKey.objects.filter(name="laptop").values().get()
    assert made["key"] not in json.dumps(row, default=str)


def test_a_revoked_key_opens_nothing_from_the_next_call_on(alice: User, alice_api: APIClient) -> None:
    made = alice_api.post(KEYS, {"name": "laptop"}, format="json").json()["data"]
    alice_api.delete(f"{KEYS}/{made['id']}")
    assert not opens(made["key"])


def test_an_expired_key_opens_nothing(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "old", expires_at=timezone.now() + timedelta(minutes=1))
    assert opens(secret)
    ApiKey.objects.update(expires_at=timezone.now())
    assert not opens(secret)


def test_the_key_of_somebody_deactivated_opens_nothing(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "hers")
    User.objects.update(is_active=False)
    assert not opens(secret)


def test_a_key_does_only_what_its_scopes_say(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "reader", ["read"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get(ME).status_code == 200
    response = client.post(KEYS, {"name": "more"}, format="json")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")


def test_last_use_is_written_at_most_once_a_minute(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "hers")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _number in range(5):
            assert opens(secret)
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == 1
    assert ApiKey.objects.get().used_at is not None


def test_keys_of_somebody_else_are_not_there(alice_api: APIClient, charlie: User) -> None:
    key, _secret = api_keys.issue(charlie, "key of Charlie")
    assert alice_api.get(f"{KEYS}/{key.public_id}").status_code == 404
    assert alice_api.delete(f"{KEYS}/{key.public_id}").status_code == 404
    assert "key of Charlie" not in alice_api.get(KEYS).content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 81},
        {"name": 5},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["root"]},
        {"name": "a", "spending_cap": -1},
        {"name": "a", "spending_cap": True},
        {"name": "a", "spending_cap": 1e30},
        {"name": "a", "spending_cap": "5"},
        {"name": "a", "expires_at": "yesterday"},
        {"name": "a", "expires_at": "2020-01-01T00:00:00"},
        {"name": "a", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "a", "expires_at": "9999-12-31T23:59:59-01:00"},
        {"name": "a", "user": 1},
        [],
        "text",
        None,
    ],
)
def test_a_key_that_makes_no_sense_is_refused(body: object, alice_api: APIClient) -> None:
    response = alice_api.post(KEYS, json.dumps(body), content_type="application/json")
    assert response.status_code == 400, response.content


def test_a_key_makes_no_key_that_may_more_than_itself(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "keeper", ["admin"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.post(KEYS, {"name": "a", "scopes": ["billing"]}, format="json").status_code == 403
    assert client.post(KEYS, {"name": "a", "scopes": ["admin"]}, format="json").status_code == 201


def test_a_capped_key_makes_no_uncapped_one(alice: User) -> None:
    _key, secret = api_keys.issue(alice, "capped", ["admin"], spending_cap=10)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    for cap, status in ((None, 403), (11, 403), (10, 201)):
        body = {"name": "a", "scopes": ["admin"], "spending_cap": cap}
        assert client.post(KEYS, body, format="json").status_code == status


def test_a_key_that_ends_makes_none_that_lasts_longer(alice: User) -> None:
    end = timezone.now() + timedelta(hours=1)
    _key, secret = api_keys.issue(alice, "for an hour", ["admin"], expires_at=end)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    for wanted, status in ((None, 403), (end + timedelta(seconds=1), 403), (end, 201)):
        body = {"name": "a", "scopes": ["admin"], "expires_at": wanted}
        assert client.post(KEYS, body, format="json").status_code == status
