"""One plan a person: of two checkouts one can be paid, and whoever paid two all the same sees and ends both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.errors import Conflict
from accounts.models import User
from billing.errors import PaymentsDown
from billing.invariants import broken
from billing.models import Alarm, Order, Subscription
from billing.payments import checkout, reconciling
from billing.payments.contract import gateway
from billing.plans import plan_of
from tests.billing import shop
from tests.billing.conftest import SITE, Stripe, plan
from tests.billing.double import Fault
from tests.billing.double.store import Thing

pytestmark = pytest.mark.django_db
HERE = "/api/v1/wallet/subscription"


@pytest.fixture
def plans(stripe: Stripe) -> None:
    plan()
    plan("studio", monthly=3000, amount=4900)


@pytest.fixture
def doubled(stripe: Stripe, plans: None, alice: User) -> list[Thing]:
    """Both paid, as it would be if no checkout ended another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkout, "_end_others", lambda mine: None)
        orders = [checkout.subscribe(alice, slug, site=SITE) for slug in ("pro", "studio")]
    names = [stripe.world.pay(stripe.session(order))["subscription"] for order in orders]
    stripe.post.deliver()
    return [stripe.store.get("subscription", name) for name in names]


def subscribe(user: User, slug: str) -> Order:
    return checkout.subscribe(user, slug, site=SITE)


def test_the_checkout_of_another_plan_ends_the_first(stripe: Stripe, plans: None, alice: User) -> None:
    first, second = subscribe(alice, "pro"), subscribe(alice, "studio")
    first.refresh_from_db()
    assert (first.state, stripe.session(first)["status"]) == ("expired", "expired")
    assert (second.state, stripe.session(second)["status"]) == ("open", "open")
    assert subscribe(alice, "pro") not in (first, second)


def test_a_pack_and_somebody_elses_plan_are_left_alone(stripe: Stripe, plans: None, alice: User, bob: User) -> None:
    others = [stripe.buy(alice), subscribe(bob, "pro")]
    subscribe(alice, "studio")
    assert [stripe.session(order)["status"] for order in others] == ["open", "open"]


def test_beside_one_that_was_just_paid_no_other_begins(stripe: Stripe, plans: None, alice: User) -> None:
    """Its webhook is on the way: only Stripe knows."""
    first = subscribe(alice, "pro")
    stripe.world.pay(stripe.session(first))
    with pytest.raises(Conflict):
        subscribe(alice, "studio")
    assert len(list(stripe.store.of("checkout.session"))) == 1
    stripe.post.deliver()
    assert (plan_of(alice).slug, Alarm.objects.count()) == ("pro", 0)


def test_a_stripe_that_is_away_leaves_the_first_as_it_is(stripe: Stripe, plans: None, alice: User) -> None:
    first = subscribe(alice, "pro")
    stripe.server.faults += [Fault("POST .*/expire", "before")] * 3
    with pytest.raises(PaymentsDown):
        subscribe(alice, "studio")
    first.refresh_from_db()
    assert (first.state, stripe.session(first)["status"]) == ("open", "open")


def test_a_checkout_that_stripe_has_forgotten_is_in_nobodys_way(stripe: Stripe, plans: None, alice: User) -> None:
    first = subscribe(alice, "pro")
    del stripe.store.things[str(first.session)]
    assert subscribe(alice, "studio").url
    first.refresh_from_db()
    assert first.state == "expired"


def test_whoever_is_overtaken_on_the_way_gets_no_page(stripe: Stripe, plans: None, alice: User) -> None:
    """Another tab began its own while this one was at Stripe."""
    begun: list[Order] = []
    order = checkout._order(alice, plan(), None)
    with pytest.MonkeyPatch.context() as patch:
        real = gateway().checkout

        def slow(*asked: Any) -> Thing:
            begun.append(checkout._order(alice, plan("studio", monthly=3000, amount=4900), None))
            return real(*asked)

        patch.setattr(gateway(), "checkout", slow)
        with pytest.raises(Conflict):
            checkout._send(order, SITE)
    assert [session["status"] for session in stripe.store.of("checkout.session")] == ["expired"]
    assert checkout._send(begun[0], SITE).url


def test_two_plans_at_once_are_an_alarm(stripe: Stripe, doubled: list[Thing], alice: User) -> None:
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["two plans"]
    assert (shop.wallet(alice)[0], broken()) == (4000, [])


def test_of_two_plans_the_second_ends_with_its_month(stripe: Stripe, doubled: list[Thing], alice: User) -> None:
    assert reconciling.reconcile()["second plans"] == 1
    assert [one["cancel_at_period_end"] for one in doubled] == [False, True]
    stripe.post.deliver()
    assert reconciling.reconcile()["second plans"] == 0
    assert plan_of(alice).slug == "studio"
    stripe.world.end(doubled[1])
    stripe.post.deliver()
    assert plan_of(alice).slug == "pro"


def test_two_plans_are_both_shown_and_ended_by_the_api(
    stripe: Stripe, doubled: list[Thing], alice_api: APIClient
) -> None:
    def ask(**body: Any) -> Any:
        return alice_api.patch(HERE, body, format="json")

    shown = alice_api.get(HERE).json()["data"]
    (other,) = shown["others"]
    assert (shown["plan"], other["plan"], other["ending"]) == ("pro", "studio", False)
    assert ask(ending=True, id="sub_of_nobody").status_code == 409
    assert ask(plan="studio").status_code == 409
    assert ask(ending=True, id=shown["id"]).json()["data"]["ending"] is True
    assert alice_api.get(HERE).json()["data"]["id"] == other["id"]
    assert ask(ending=False, id=shown["id"]).status_code == 409
    assert ask(ending=True, id=other["id"]).json()["data"]["ending"] is True
    assert [one["cancel_at_period_end"] for one in doubled] == [True, True]
    assert ask(ending=False, id=other["id"]).json()["data"]["ending"] is False


def test_a_plan_of_somebody_else_is_ended_by_nobody(
    stripe: Stripe, doubled: list[Thing], bob: User, bob_api: APIClient
) -> None:
    stripe.subscribed(bob)
    body = {"ending": True, "id": doubled[0]["id"]}
    assert bob_api.patch(HERE, body, format="json").status_code == 409
    assert not Subscription.objects.filter(ending=True).exists()


def test_two_plans_are_both_shown_and_ended_on_the_page(stripe: Stripe, doubled: list[Thing], alice: User) -> None:
    browser = Client()
    browser.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/wallet/buy/").content.decode()
    assert "You have also paid for Studio." in page
    assert f'value="{doubled[1]["id"]}"' in page
    browser.post("/wallet/plan/", {"ending": "yes", "which": doubled[1]["id"]})
    assert [one["cancel_at_period_end"] for one in doubled] == [False, True]
    browser.post("/wallet/plan/", {"ending": "yes"})
    assert [one["cancel_at_period_end"] for one in doubled] == [True, True]


def told(stripe: Stripe) -> None:
    stripe.post.deliver()


def looked_for(stripe: Stripe) -> None:
    stripe.post.drop()
    Order.objects.update(created_at=timezone.now() - timedelta(hours=25))
    reconciling.reconcile()


@pytest.mark.parametrize("heard", [told, looked_for])
def test_a_plan_whose_checkout_has_ended_can_be_taken_again(
    stripe: Stripe, plans: None, alice: User, heard: Callable[[Stripe], None]
) -> None:
    first = subscribe(alice, "pro")
    stripe.world.expire(stripe.session(first))
    heard(stripe)
    first.refresh_from_db()
    assert first.state == "expired"
    assert subscribe(alice, "pro") != first


def test_a_checkout_is_not_asked_about_for_ever(stripe: Stripe, plans: None, alice: User) -> None:
    """A bank that never decided, and one that Stripe does not know."""
    waiting, unknown = stripe.buy(alice), subscribe(alice, "pro")
    stripe.world.pay(stripe.session(waiting), slow=True)
    del stripe.store.things[str(unknown.session)]
    for event in list(stripe.store.of("event")):
        del stripe.store.things[event["id"]]
    Order.objects.update(created_at=timezone.now() - timedelta(days=30))
    stripe.server.calls.clear()
    reconciling.reconcile()
    assert not [call for call in stripe.server.calls if "checkout" in call]
    assert set(Order.objects.values_list("state", flat=True)) == {"expired"}
    stripe.world.arrive(stripe.session(waiting))
    stripe.post.deliver()
    assert shop.wallet(alice)[0] == 500
