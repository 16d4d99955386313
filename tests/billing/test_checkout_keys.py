"""A key of a checkout: for a day the same answer, marked as such; then it stands for nothing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.errors import PaymentsDown
from billing.models import Order
from billing.payments import checkout
from tests.billing import shop
from tests.billing.conftest import SITE, Stripe, plan
from tests.billing.double import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["pack", "plan"])
def wish(request: Any, stripe: Stripe) -> tuple[str, dict[str, str]]:
    shop.pack(), shop.pack(credits=70), plan(), plan("studio", amount=4900)
    if request.param == "pack":
        return "/api/v1/wallet/checkout", {"pack": "credits-500"}
    return "/api/v1/wallet/subscription", {"plan": "pro"}


def ask(api: APIClient, wish: tuple[str, dict[str, str]], **other: str) -> Any:
    return api.post(wish[0], wish[1] | other, format="json", headers={"Idempotency-Key": "one"})


def test_the_same_key_is_the_same_answer_and_says_so(
    wish: tuple[str, dict[str, str]], stripe: Stripe, alice_api: APIClient
) -> None:
    first, again = ask(alice_api, wish), ask(alice_api, wish)
    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json()["data"] == first.json()["data"]
    kind = next(iter(wish[1]))
    other = {"pack": "credits-70", "plan": "studio"}[kind]
    assert ask(alice_api, wish, **{kind: other}).status_code == 422


def test_a_plan_that_was_paid_is_still_the_same_answer(stripe: Stripe, alice_api: APIClient) -> None:
    plan()
    wish = "/api/v1/wallet/subscription", {"plan": "pro"}
    first = ask(alice_api, wish)
    stripe.world.pay(stripe.session(Order.objects.get()))
    stripe.post.deliver()
    assert ask(alice_api, wish).json()["data"] == first.json()["data"]


def test_a_day_later_the_key_is_a_new_wish(
    wish: tuple[str, dict[str, str]], stripe: Stripe, alice_api: APIClient
) -> None:
    first = ask(alice_api, wish).json()["data"]
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        later = ask(alice_api, wish)
    assert (later.status_code, later.has_header("Idempotency-Replayed")) == (201, False)
    assert later.json()["data"]["order"] != first["order"]
    assert later.json()["data"]["url"] != first["url"]


def test_a_wish_that_led_nowhere_begins_anew_under_its_key(stripe: Stripe, alice: User) -> None:
    """A page that is still open sends the key with which it came."""
    first = stripe.buy(alice, key="one")
    stripe.world.expire(stripe.session(first))
    stripe.post.deliver()
    second = stripe.buy(alice, key="one")
    assert (second != first, second.state, second.url != first.url) == (True, "open", True)


def test_a_day_after_a_failure_the_key_does_not_go_on_with_it(stripe: Stripe, alice: User) -> None:
    stripe.server.faults += [Fault("POST /v1/checkout", "before")] * 3
    shop.pack()
    with pytest.raises(PaymentsDown):
        stripe.buy(alice, key="one")
    Order.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert checkout.buy_pack(alice, "credits-500", site=SITE, key="one") != Order.objects.earliest("pk")
