"""A plan at Stripe: months that are paid bring credits that expire; up begins now, down and out wait for the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.errors import Conflict
from accounts.models import User
from billing import credits
from billing.errors import PaymentRefused, PaymentsDown
from billing.invariants import broken
from billing.models import Alarm, Lot, Membership, Order, Payment, Subscription
from billing.payments import checkout, plan_changes, refunds
from billing.payments.refunds import Click
from billing.plans import plan_of
from tests.billing import shop
from tests.billing.conftest import SITE, Stripe, plan
from tests.billing.double import Fault
from tests.billing.double.store import Thing

pytestmark = pytest.mark.django_db


def test_a_paid_month_brings_credits_that_expire_with_it(stripe: Stripe, pro: Thing, alice: User) -> None:
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1000, "pro")
    end = pro["items"]["data"][0]["current_period_end"]
    assert int(Lot.objects.get().expires_at.timestamp()) == end  # type: ignore[union-attr]
    stripe.world.next_month(pro)
    stripe.post.shuffled(3, copies=2)
    assert shop.wallet(alice)[0] == 2000
    Lot.objects.filter(pk=Lot.objects.order_by("pk")[0].pk).update(expires_at=timezone.now())
    credits.expire_lots()
    assert (shop.wallet(alice)[0], broken(), Alarm.objects.count()) == (1000, [], 0)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_a_plan_is_told_changes_nothing(stripe: Stripe, alice: User, seed: int) -> None:
    plan()
    order = checkout.subscribe(alice, "pro", site=SITE)
    name = stripe.world.pay(stripe.session(order))["subscription"]
    stripe.world.next_month(stripe.store.get("subscription", name))
    stripe.post.shuffled(seed, copies=2)
    row = Subscription.objects.get()
    until = stripe.store.get("subscription", name)["items"]["data"][0]["current_period_end"]
    assert (row.state, int(row.until.timestamp()), shop.wallet(alice)[0]) == ("active", until, 2000)
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_a_month_that_is_not_paid_brings_nothing_and_is_said(stripe: Stripe, pro: Thing, alice: User) -> None:
    paid_until = Subscription.objects.get().until
    invoice = stripe.world.next_month(pro, paid=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act, **_how: act())
        stripe.post.deliver()
    assert (shop.wallet(alice)[0], Subscription.objects.get().state) == (1000, "past_due")
    assert Subscription.objects.get().until == paid_until
    assert mail.outbox[-1].subject == "Your payment did not go through"
    assert "https://invoice.stripe.example/pay" in mail.outbox[-1].body
    membership = Membership.objects.get(user=alice)
    assert membership.until == paid_until + timedelta(days=3)
    stripe.world.settle(invoice)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Subscription.objects.get().state) == (2000, "active")


def test_up_is_paid_now_and_begins_a_month(stripe: Stripe, pro: Thing, alice: User) -> None:
    plan_changes.change(alice, "studio")
    assert set(stripe.post.deliver(copies=2)) == {200}
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (4000, "studio")
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1900, 4900]
    assert plan_changes.coming(Subscription.objects.get()) is None
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Alarm.objects.count(), broken()) == (7000, 0, [])


def test_down_waits_for_the_end_of_the_month(stripe: Stripe, pro: Thing, alice: User) -> None:
    row = plan_changes.change(alice, "small")
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug, plan_changes.coming(row).slug) == (1000, "pro", "small")  # type: ignore[union-attr]
    stripe.world.next_month(pro)
    stripe.post.shuffled(1, copies=2)
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1300, "small")
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_down_can_be_taken_back(stripe: Stripe, pro: Thing, alice: User) -> None:
    plan_changes.change(alice, "small")
    row = plan_changes.change(alice, "pro")
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug, plan_changes.coming(row)) == (2000, "pro", None)


def test_an_upgrade_whose_answer_is_lost_is_paid_once(stripe: Stripe, pro: Thing, alice: User) -> None:
    stripe.server.faults += [Fault("POST /v1/subscriptions", "after")] * 3
    with pytest.raises(PaymentsDown):
        plan_changes.change(alice, "studio")
    plan_changes.change(alice, "studio")
    stripe.post.deliver()
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1900, 4900]
    assert (shop.wallet(alice)[0], broken()) == (4000, [])


def test_an_upgrade_under_a_new_name_each_time_is_paid_twice(stripe: Stripe, pro: Thing, alice: User) -> None:
    """The twin: an open change that is forgotten."""
    stripe.server.faults += [Fault("POST /v1/subscriptions", "after")] * 3
    with pytest.raises(PaymentsDown):
        plan_changes.change(alice, "studio")
    Order.objects.filter(changes__isnull=False).update(state=Order.State.EXPIRED)
    plan_changes.change(alice, "studio")
    stripe.post.deliver()
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1900, 4900, 4900]


def test_an_upgrade_that_the_card_refuses_changes_nothing(stripe: Stripe, pro: Thing, alice: User) -> None:
    stripe.store.get("payment_method", pro["default_payment_method"])["behaves"] = "declined"
    with pytest.raises(PaymentRefused):
        plan_changes.change(alice, "studio")
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1000, "pro")
    assert Order.objects.get(changes__isnull=False).state == Order.State.FAILED


def test_out_waits_for_the_end_and_can_be_taken_back(stripe: Stripe, pro: Thing, alice: User) -> None:
    assert plan_changes.end(alice, ending=True).ending
    assert not plan_changes.end(alice, ending=False).ending
    plan_changes.end(alice, ending=True)
    stripe.world.end(pro)
    stripe.post.deliver()
    assert (plan_of(alice).slug, shop.wallet(alice)[0]) == ("free", 1000)
    with pytest.raises(Conflict):
        plan_changes.change(alice, "studio")
    stripe.subscribed(alice)
    assert plan_of(alice).slug == "pro"


def test_the_same_change_asked_for_again_takes_an_end_back(stripe: Stripe, pro: Thing, alice: User) -> None:
    """Stripe knows the question and repeats its answer, in which nothing ended."""
    plan_changes.change(alice, "small")
    assert plan_changes.end(alice, ending=True).ending
    assert not plan_changes.change(alice, "small").ending
    assert pro["cancel_at_period_end"] is False
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1300, "small")


def test_an_end_that_the_portal_dates_is_shown(stripe: Stripe, pro: Thing, alice: User) -> None:
    pro["cancel_at"] = pro["items"]["data"][0]["current_period_end"]
    stripe.store.tell("customer.subscription.updated", pro)
    stripe.post.deliver()
    assert Subscription.objects.get().ending


@pytest.mark.parametrize(
    "stay", [lambda user: plan_changes.end(user, ending=False), lambda user: plan_changes.change(user, "small")]
)
def test_an_end_that_the_portal_dates_can_be_taken_back(
    stripe: Stripe, pro: Thing, alice: User, stay: Callable[[User], Subscription]
) -> None:
    """Here that it ends with the month would change nothing: it does not."""
    pro["cancel_at"] = pro["items"]["data"][0]["current_period_end"]
    stripe.post.deliver()
    assert not stay(alice).ending
    assert pro["cancel_at"] is None


def test_a_plan_that_has_ended_does_not_come_back_with_a_late_event(stripe: Stripe, pro: Thing, alice: User) -> None:
    stripe.world.end(pro)
    stripe.post.deliver()
    stripe.post.deliver(list(stripe.store.of("event")), copies=2)
    assert (plan_of(alice).slug, shop.wallet(alice)[0], Subscription.objects.get().state) == ("free", 1000, "canceled")


def test_a_month_that_costs_other_than_the_plan_is_an_alarm(stripe: Stripe, pro: Thing, alice: User) -> None:
    pro["items"]["data"][0]["price"]["unit_amount"] = 1
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Alarm.objects.get().kind) == (1000, "not as ordered")


def test_a_refund_of_a_month_that_we_were_not_told_of(stripe: Stripe, pro: Thing, alice: User) -> None:
    """Its money is known only by its invoice."""
    invoice = stripe.world.next_month(pro)
    stripe.post.drop()
    stripe.world.refund(invoice["payments"]["data"][0]["payment"]["payment_intent"], 1900)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Payment.objects.count(), Alarm.objects.count()) == (1000, 2, 0)


def test_staff_refund_a_month(stripe: Stripe, pro: Thing, alice: User, dana: User) -> None:
    refunds.refund(Payment.objects.get(), Click(950, 1, "half of it was down"), actor=dana)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], broken()) == (500, [])


def test_the_api_of_a_plan(stripe: Stripe, pro: Thing, alice_api: APIClient, bob_api: APIClient) -> None:
    def ask(method: str, **body: Any) -> Any:
        return getattr(alice_api, method)("/api/v1/wallet/subscription", body or None, format="json")

    assert ask("get").json()["data"]["plan"] == "pro"
    assert ask("patch", plan="small").json()["data"]["next_plan"] == "small"
    assert ask("patch", ending=True).json()["data"]["ending"] is True
    assert ask("patch", plan="pro", ending=True).status_code == 400
    assert ask("patch").status_code == 400
    assert ask("patch", plan="nothing").status_code == 404
    assert ask("patch", plan="small", amount=1).status_code == 400
    assert bob_api.get("/api/v1/wallet/subscription").status_code == 404
    assert bob_api.patch("/api/v1/wallet/subscription", {"plan": "pro"}, format="json").status_code == 409


def test_the_page_of_a_plan(stripe: Stripe, pro: Thing, alice: User) -> None:
    browser = Client()
    browser.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    assert "Saved." in browser.post("/wallet/plan/", {"plan": "small"}, follow=True).content.decode()
    browser.post("/wallet/plan/", {"ending": "yes"})
    assert Subscription.objects.get().ending
    browser.post("/wallet/plan/", {"ending": "no"})
    assert not Subscription.objects.get().ending


def test_two_tabs_are_one_checkout(stripe: Stripe, alice: User) -> None:
    plan()
    first, second = (checkout.subscribe(alice, "pro", site=SITE) for _tab in range(2))
    assert first == second
    plan(amount=2500)
    assert checkout.subscribe(alice, "pro", site=SITE) != first
