"""The real package against a Stripe that forgets nothing and answers badly."""

from typing import Any

import pytest

from accounts.models import User
from billing.errors import PaymentRefused, PaymentsDown
from billing.models import Customer, Order, Refund
from billing.payments import checkout, refunds
from billing.payments.contract import Wish, gateway
from billing.payments.refunds import Click
from tests.billing import shop
from tests.billing.conftest import SITE, Stripe
from tests.billing.double import Fault

pytestmark = pytest.mark.django_db


def count(stripe: Stripe, kind: str) -> int:
    return len(list(stripe.store.of(kind)))


def test_a_pack_is_bought_over_the_wire(stripe: Stripe, alice: User) -> None:
    payment = stripe.bought(alice)
    assert (payment.amount, payment.credits, payment.currency) == (900, 500, "eur")
    assert payment.receipt == f"https://pay.stripe.example/receipts/{payment.stripe_id}"
    assert shop.wallet(alice) == (500, 0, 0)
    assert stripe.session(payment.order)["success_url"] == f"{SITE}/wallet/orders/{payment.order.public_id}/"


@pytest.mark.parametrize("how", ["before", "after", "cut"])
@pytest.mark.parametrize("call", ["POST /v1/customers", "POST /v1/checkout/sessions"])
def test_an_answer_that_does_not_come_is_asked_for_again(stripe: Stripe, alice: User, call: str, how: str) -> None:
    stripe.server.faults.append(Fault(call, how))
    assert stripe.buy(alice).url.startswith("https://checkout.stripe.com/")
    assert (count(stripe, "customer"), count(stripe, "checkout.session")) == (1, 1)


def test_without_a_key_an_answer_that_does_not_come_is_two_refunds(stripe: Stripe, alice: User) -> None:
    """The twin: what the idempotency key is for."""
    payment, how = stripe.bought(alice), Fault("POST /v1/refunds", "cut")
    stripe.server.remember = lambda key, asked: type(stripe.server).remember(stripe.server, None, asked)  # type: ignore[method-assign]
    try:
        stripe.server.faults.append(how)
        gateway().refund(payment.stripe_id, 100, key="one")
    finally:
        del stripe.server.remember
    assert count(stripe, "refund") == 2


@pytest.mark.parametrize("how", ["before", "after", "cut"])
def test_a_refund_whose_answer_is_lost_is_one_refund(stripe: Stripe, alice: User, dana: User, how: str) -> None:
    payment = stripe.bought(alice)
    stripe.server.faults.append(Fault("POST /v1/refunds", how))
    refunds.refund(payment, Click(300, 1, "blurred"), actor=dana)
    assert [one["amount"] for one in stripe.store.of("refund")] == [300]
    stripe.post.deliver(copies=2)
    assert Refund.objects.get().state == Refund.State.SUCCEEDED
    assert shop.wallet(alice) == (334, 0, 0)


def test_a_refund_that_stripe_calls_an_error_for_ever_is_mended_by_its_event(
    stripe: Stripe, alice: User, dana: User
) -> None:
    payment = stripe.bought(alice)
    stripe.server.faults.append(Fault("POST /v1/refunds", "sticky"))
    with pytest.raises(PaymentsDown):
        refunds.refund(payment, Click(900, 1, "all of it"), actor=dana)
    assert Refund.objects.get().state == Refund.State.PENDING
    stripe.post.deliver()
    assert Refund.objects.get().state == Refund.State.SUCCEEDED
    assert (shop.wallet(alice), count(stripe, "refund")) == ((0, 0, 0), 1)


def test_a_stripe_that_is_away_is_said_to_be_away(stripe: Stripe, alice: User) -> None:
    stripe.server.faults += [Fault("POST /v1/customers", "before")] * 3
    with pytest.raises(PaymentsDown):
        stripe.buy(alice)
    order = Order.objects.get()
    assert (order.state, order.url) == (Order.State.OPEN, "")


def test_the_same_key_continues_the_same_order_after_a_failure(stripe: Stripe, alice: User) -> None:
    stripe.server.faults += [Fault("POST /v1/checkout", "before")] * 3
    with pytest.raises(PaymentsDown):
        stripe.buy(alice, key="one")
    order = stripe.buy(alice, key="one")
    assert (Order.objects.get(), count(stripe, "checkout.session")) == (order, 1)


def test_what_stripe_does_not_know_is_refused_with_its_reason(stripe: Stripe) -> None:
    with pytest.raises(PaymentRefused) as refused:
        gateway().fetch("payment_intent", "pi_nobody")
    assert refused.value.why == "resource_missing"


def test_nothing_that_we_say_is_unknown_there(stripe: Stripe, alice: User, settings: Any) -> None:
    """Tax and promotion codes add parameters; the double refuses what Stripe would not understand."""
    settings.STRIPE_TAX = settings.STRIPE_PROMOTION_CODES = True
    stripe.buy(alice)
    stripe.subscribed(alice)
    assert checkout.portal(alice, site=SITE).startswith("https://billing.stripe.com/")
    assert Customer.objects.count() == count(stripe, "customer") == 1


@pytest.mark.parametrize(("currency", "amount"), [("jpy", 1500), ("kwd", 12340), ("eur", 999)])
def test_minor_units_arrive_as_they_are(stripe: Stripe, alice: User, currency: str, amount: int) -> None:
    pack = shop.pack(credits=70, currency=currency, amount=amount)
    order = checkout.buy_pack(alice, pack.slug, site=SITE)
    assert stripe.session(order)["amount_total"] == amount
    stripe.world.pay(stripe.session(order))
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], order.payments.get().amount) == (70, amount)


def test_a_wish_is_named_after_its_order(stripe: Stripe, alice: User) -> None:
    wish = Wish("order-1", "500 credits", 900, "eur", checkout.customer_of(alice))
    first, second = (gateway().checkout(wish, SITE, SITE)["id"] for _time in range(2))
    assert first == second
