"""What is charged is never more than what was quoted, whatever prices do meanwhile."""

from datetime import timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from hypothesis import given
from hypothesis import strategies as some
from rest_framework.test import APIClient

from accounts.models import User
from billing import credits
from billing.models import Hold, Price
from generation import pricing
from generation.models import Job, Model

BOAT = {"tool": "text_to_image", "params": {"prompt": "a red boat", "n": 2}}


def price(credits: int, minutes_ago: int = 0) -> None:
    since = timezone.now() - timedelta(minutes=minutes_ago)
    Price.objects.create(tool="text_to_image", model="patient", credits=credits, since=since)


@pytest.mark.django_db
def test_a_change_never_alters_a_quote_already_given(rich: User, alice_api: APIClient, patient: Model) -> None:
    quote = alice_api.post("/api/v1/quotes", BOAT, format="json").json()["data"]
    price(40)
    told = alice_api.post("/api/v1/quotes", BOAT, format="json").json()["data"]
    job = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]
    assert (quote["credits"], told["credits"], job["cost"]["held"]) == (8, 80, 8)
    lasts = parse_datetime(quote["expires_at"])
    assert lasts is not None
    assert timedelta(minutes=9) < lasts - timezone.now() <= timedelta(minutes=10)


@pytest.mark.django_db
def test_a_quote_that_has_expired_holds_no_more(rich: User, alice_api: APIClient, patient: Model) -> None:
    price(40, minutes_ago=21)
    assert alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]["cost"]["held"] == 80


@pytest.mark.django_db
def test_a_job_that_waits_keeps_its_price(rich: User, alice_api: APIClient, patient: Model) -> None:
    name = alice_api.post("/api/v1/jobs", BOAT, format="json").json()["data"]["id"]
    price(40)
    price(1)
    assert Job.objects.get(public_id=name).quoted == 8


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "after"), [("queued", "failed"), ("running", "running")])
def test_what_waits_beyond_its_hold_ends_with_it(
    rich: User, alice_api: APIClient, patient: Model, status: str, after: str
) -> None:
    alice_api.post("/api/v1/jobs", BOAT, format="json")
    Hold.objects.update(expires_at=timezone.now())
    if status == "running":
        Job.objects.update(status=status, token=uuid4(), lease_until=timezone.now(), started_at=timezone.now())
    credits.expire_holds()
    assert Job.objects.get().status == after
    assert credits.balance(rich).held == (0 if after == "failed" else 8)


@given(each=some.integers(0, 1000), tenths=some.integers(1, 10_000))
def test_a_price_is_rounded_up_once_and_by_less_than_a_credit(each: int, tenths: int) -> None:
    whole = pricing._whole(each, tenths / 10)
    exact = Fraction(each * tenths, 10)
    assert exact <= whole < max(exact + 1, 2)
    assert (whole == 0) == (each == 0)


@given(quoted=some.integers(0, 10**6), step=some.integers(0, 200), steps=some.integers(0, 100))
def test_what_was_stopped_costs_no_more_than_its_share(quoted: int, step: int, steps: int) -> None:
    used = pricing.used(quoted, step, steps)
    assert 0 <= used <= quoted
    assert used * steps <= quoted * step
