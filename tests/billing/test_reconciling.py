"""Webhooks that never came: every payment is granted by looking, and by looking again none is granted twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from billing.errors import PaymentsDown
from billing.invariants import broken
from billing.models import Alarm, Dispute, Event, Order, Payment, Refund, Subscription, Transfer
from billing.payments import checkout, events, reconciling, refunds
from billing.payments.refunds import Click
from tests.billing import shop
from tests.billing.conftest import Stripe
from tests.billing.double import Fault

pytestmark = pytest.mark.django_db


def later(stripe: Stripe) -> None:
    """What began a while ago: our rows say so, as would the clock."""
    ago = timezone.now() - timedelta(minutes=10)
    Order.objects.update(created_at=ago)
    Event.objects.update(received_at=ago)
    Refund.objects.update(created_at=ago)


def paid(stripe: Stripe, user: User, number: int) -> list[Order]:
    orders = [stripe.buy(user) for _order in range(number)]
    for order in orders:
        stripe.world.pay(stripe.session(order))
    return orders


def granted(user: User) -> int:
    return Transfer.objects.filter(user=user, kind="purchase").count()


def closed_door(stripe: Stripe, user: User, payments: int) -> None:
    paid(stripe, user, payments)
    stripe.post.drop()
    later(stripe)
    call_command("reconcilestripe")
    assert granted(user) == Order.objects.filter(state="paid").count() == payments
    call_command("reconcilestripe")
    assert (granted(user), shop.wallet(user)[0]) == (payments, 500 * payments)
    assert not Alarm.objects.exists()
    assert broken() == []


def test_ten_minutes_without_webhooks_lose_no_payment(stripe: Stripe, alice: User) -> None:
    closed_door(stripe, alice, 6)


@pytest.mark.nightly
def test_two_hundred_payments_behind_a_closed_door(stripe: Stripe, alice: User) -> None:
    closed_door(stripe, alice, 200)


WAYS = {
    "the list of events": ["_missed_intents", "_missed_invoices", "_missed", "_open_orders"],
    "the list of payments": ["_missed_events", "_missed_invoices", "_open_orders"],
    "our own open orders": ["_missed_events", "_missed_intents", "_missed_invoices", "_missed"],
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_finds_them_alone(stripe: Stripe, alice: User, way: str, monkeypatch: Any) -> None:
    for name in WAYS[way]:
        monkeypatch.setattr(reconciling, name, lambda *_of_it: iter(()))
    closed_door(stripe, alice, 2)


def test_without_looking_the_payments_stay_lost(stripe: Stripe, alice: User) -> None:
    """The twin: no reconciliation, no grant."""
    paid(stripe, alice, 2)
    stripe.post.drop()
    assert stripe.post.deliver() == []
    assert granted(alice) == 0


def test_webhooks_that_come_after_all_grant_nothing_more(stripe: Stripe, alice: User) -> None:
    paid(stripe, alice, 3)
    late = stripe.post.waiting()
    later(stripe)
    call_command("reconcilestripe")
    assert set(stripe.post.deliver(late, copies=2)) == {200}
    assert (granted(alice), broken()) == (3, [])


def test_an_event_that_could_not_be_handled_is_handled_later(stripe: Stripe, alice: User) -> None:
    paid(stripe, alice, 1)
    stripe.server.faults += [Fault("GET /v1/checkout", "before")] * 3
    told = next(one for one in stripe.post.waiting() if one["type"] == "checkout.session.completed")
    assert stripe.post.one(told) == 503
    assert (Event.objects.get().handled_at, granted(alice)) == (None, 0)
    later(stripe)
    reconciling.reconcile()
    assert granted(alice) == 1
    assert not Event.objects.filter(handled_at=None).exists()


def test_refunds_and_disputes_made_at_stripe_are_found(stripe: Stripe, alice: User) -> None:
    payment = stripe.bought(alice)
    stripe.world.refund(payment.stripe_id, 450)
    dispute = stripe.world.dispute(payment.stripe_id, amount=450)
    stripe.post.drop()
    reconciling.reconcile()
    assert (shop.wallet(alice), Refund.objects.count()) == ((0, 250, 0), 1)
    stripe.world.judge(dispute, "won")
    stripe.post.drop()
    reconciling.reconcile()
    assert (shop.wallet(alice), Dispute.objects.get().state) == ((250, 0, 0), "won")
    assert broken() == []


@pytest.mark.parametrize("how", ["sticky", "before"])
def test_a_refund_whose_answer_never_came_is_pursued(stripe: Stripe, alice: User, dana: User, how: str) -> None:
    payment = stripe.bought(alice)
    stripe.server.faults += [Fault("POST /v1/refunds", how)] * (1 if how == "sticky" else 3)
    with pytest.raises(PaymentsDown):
        refunds.refund(payment, Click(900, 1, "all of it"), actor=dana)
    stripe.post.drop()
    stripe.server.keys.clear()  # a day later
    later(stripe)
    reconciling.reconcile()
    reconciling.reconcile()
    assert Refund.objects.get().state == Refund.State.SUCCEEDED
    assert len(list(stripe.store.of("refund"))) == 1
    assert (shop.wallet(alice), broken()) == ((0, 0, 0), [])


def test_a_refund_asked_for_again_without_looking_is_a_second_one(stripe: Stripe, alice: User, dana: User) -> None:
    """The twin: Stripe has forgotten the key by then."""
    payment = stripe.bought(alice)
    row = refunds.refund(payment, Click(300, 1, "blurred"), actor=dana)
    stripe.server.keys.clear()
    refunds.send(row)
    assert len(list(stripe.store.of("refund"))) == 2


def test_a_plan_that_nobody_told_us_about_is_found(stripe: Stripe, alice: User) -> None:
    subscription = stripe.subscribed(alice)
    stripe.world.next_month(subscription)
    stripe.post.drop()
    reconciling.reconcile()
    assert Payment.objects.count() == 2
    Subscription.objects.update(until=timezone.now() - timedelta(days=1))
    stripe.world.end(subscription)
    stripe.post.drop()
    reconciling.reconcile()
    assert Subscription.objects.get().state == "canceled"


def test_a_payment_that_stripe_does_not_know_is_an_alarm(stripe: Stripe, alice: User) -> None:
    payment = stripe.bought(alice)
    del stripe.store.things[payment.stripe_id]
    reconciling.reconcile()
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["cannot be reconciled"]


def test_a_payment_of_another_amount_there_is_an_alarm(stripe: Stripe, alice: User) -> None:
    payment = stripe.bought(alice)
    stripe.store.things[payment.stripe_id]["amount_received"] = 1
    reconciling.reconcile()
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["not what stripe has"]


@pytest.mark.usefixtures("midday")
def test_a_stripe_that_is_away_moves_no_mark(stripe: Stripe, alice: User) -> None:
    paid(stripe, alice, 1)
    stripe.post.drop()
    stripe.server.faults += [Fault("GET /v1/events", "before")] * 3
    with pytest.raises(CommandError):
        call_command("reconcilestripe")
    assert not reconciling.Watermark.objects.exists()
    call_command("reconcilestripe", "--since", f"{timezone.now():%Y-%m-%d}")
    assert granted(alice) == 1


def test_one_that_cannot_be_handled_keeps_no_other_back(stripe: Stripe, alice: User, monkeypatch: Any) -> None:
    paid(stripe, alice, 2)
    stripe.post.drop()
    poison = next(stripe.store.of("event", type="checkout.session.completed"))
    poison["data"]["object"] = {}
    with pytest.raises(CommandError, match="1 could not be handled"):
        call_command("reconcilestripe")
    assert granted(alice) == 2


def test_checkouts_that_were_left_end_by_themselves(stripe: Stripe, alice: User) -> None:
    left, never_sent = stripe.buy(alice), checkout.order_for(alice, shop.pack())
    stripe.session(left)["status"] = "expired"
    Order.objects.update(created_at=timezone.now() - timedelta(hours=25))
    reconciling.reconcile()
    assert Counter(Order.objects.values_list("state", flat=True)) == {"expired": 2}
    assert never_sent.session is None


def test_many_pages_of_events_are_all_read(stripe: Stripe, alice: User) -> None:
    for number in range(230):
        stripe.store.tell("checkout.session.expired", {"id": f"cs_{number}"})
        stripe.store.tell("charge.updated", {"id": f"ch_{number}"})
    found = list(events.gateway().events(0, events.HANDLERS))
    assert len({one["id"] for one in found}) == 230


def test_whoever_left_pays_no_further_month(stripe: Stripe, alice: User) -> None:
    subscription = stripe.subscribed(alice)
    User.objects.update(is_active=False)
    assert reconciling.reconcile()["plans of nobody"] == 1
    assert subscription["cancel_at_period_end"] is True
    stripe.post.deliver()
    assert reconciling.reconcile()["plans of nobody"] == 0


def test_events_are_forgotten_when_nobody_repeats_them(stripe: Stripe, alice: User) -> None:
    stripe.bought(alice)
    Event.objects.update(handled_at=timezone.now() - timedelta(days=61))
    assert events.forget_old() == 2
    reconciling.reconcile()
    assert granted(alice) == 1


def test_a_purchase_for_nothing_is_no_alarm(stripe: Stripe, alice: User, settings: Any) -> None:
    """A promotion code that is worth all of it: no money, no intent, and the credits are due."""
    settings.STRIPE_PROMOTION_CODES = True
    session = stripe.session(stripe.buy(alice))
    session |= {"amount_total": 0, "payment_status": "no_payment_required", "status": "complete"}
    stripe.store.tell("checkout.session.completed", session)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Payment.objects.get().amount) == (500, 0)
    reconciling.reconcile()
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_tax_upon_the_price_is_paid_and_no_alarm(stripe: Stripe, alice: User, settings: Any) -> None:
    settings.STRIPE_TAX = True
    session = stripe.session(stripe.buy(alice))
    session["amount_total"] = 1071
    stripe.world.pay(session)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Payment.objects.get().amount, Alarm.objects.count()) == (500, 1071, 0)
