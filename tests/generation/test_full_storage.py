"""Whoever has no room for a file is told before it is made, and what is made is kept and paid for."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from billing import credits
from billing.models import Hold, Plan
from billing.plans import FREE
from generation import execution
from generation.models import Job, Model, Turn
from generation.submission import retry
from media.errors import TooBig
from media.models import Asset, Space
from tests.generation.asking import again, ask

BOAT = {"tool": "text_to_image", "params": {"prompt": "a red boat"}}
SAID = "Your storage is full. Empty the trash or choose a larger plan."


def fill(user: User, used: int, most: int | None = None) -> None:
    Space.objects.update_or_create(user=user, defaults={"used": used, "most": most})


@pytest.mark.django_db
@pytest.mark.parametrize("used", [1000, 1001])
def test_who_has_no_room_is_refused_before_anything_is_held(
    rich: User, alice_api: APIClient, patient: Model, used: int
) -> None:
    fill(rich, used, most=1000)
    answer = alice_api.post("/api/v1/jobs", BOAT, format="json").json()
    assert (answer["error"]["code"], answer["message"]) == ("too_large", SAID)
    assert alice_api.post("/api/v1/jobs", BOAT, format="json").status_code == 413
    assert not Job.objects.exists()
    assert not Hold.objects.exists()
    assert not Turn.objects.filter(waiting__gt=0).exists()
    assert credits.balance(rich).available == 1000


@pytest.mark.django_db
def test_the_plan_says_when_it_is_full(rich: User, alice_api: APIClient, patient: Model) -> None:
    Plan.objects.update_or_create(slug=FREE, defaults={"storage": 5000})
    for used, status in ((4999, 201), (5000, 413)):
        fill(rich, used)
        assert alice_api.post("/api/v1/jobs", BOAT, format="json").status_code == status


@pytest.mark.django_db
def test_their_dialect_says_it_too(rich: User, alice_api: APIClient, patient: Model) -> None:
    fill(rich, 1000, most=1000)
    answer = alice_api.post("/v1/images/generations", {"prompt": "a red boat", "n": 1}, format="json")
    told = {"message": SAID, "type": "invalid_request_error", "param": None, "code": "too_large"}
    assert (answer.status_code, answer.json()["error"]) == (413, told)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_quote_warns_and_tells_the_price(rich: User, alice_api: APIClient, patient: Model) -> None:
    def quoted() -> Any:
        return alice_api.post("/api/v1/quotes", BOAT, format="json").json()["data"]

    assert SAID not in quoted()["warnings"]
    fill(rich, 1000, most=1000)
    told = quoted()
    assert (told["credits"], told["warnings"][-1]) == (4, SAID)


@pytest.mark.django_db(transaction=True)
def test_what_was_accepted_is_kept_beyond_the_quota_and_charged(rich: User, patient: Model) -> None:
    fill(rich, 999, most=1000)
    job = ask(rich, n=2)
    execution.work_off("images")
    assert (again(job).status, again(job).charged) == ("succeeded", 8)
    kept = Asset.objects.of(rich)
    assert len(kept) == 2
    assert Space.objects.get(user=rich).used == 999 + sum(asset.bytes for asset in kept)
    with pytest.raises(TooBig):
        ask(rich)


@pytest.mark.django_db(transaction=True)
def test_trying_again_needs_room_too(rich: User, patient: Model) -> None:
    job = ask(rich, "fails")
    execution.work_off("images")
    fill(rich, 1000, most=1000)
    with pytest.raises(TooBig):
        retry(again(job))
    fill(rich, 0, most=1000)
    assert retry(again(job)).status == "queued"
