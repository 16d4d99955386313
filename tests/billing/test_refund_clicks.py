"""Two members of staff, one payment, many clicks: one refund, and never more than was paid."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.errors import Conflict, InvalidRequest
from accounts.models import AuditEntry, User
from billing import credits
from billing.errors import InsufficientCredits, TooMuch
from billing.invariants import broken
from billing.models import Payment, Refund
from billing.payments import refunds
from billing.payments.refunds import Click
from tests.billing import shop
from tests.billing.conftest import Stripe

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe: Stripe, alice: User) -> Payment:
    return stripe.bought(alice)


def at_once(payment: Payment, staff: list[User], clicks: int) -> list[str]:
    """Everybody saw the same page, on which no refund had been made."""

    def click(number: int) -> str:
        try:
            refunds.refund(payment, Click(300, 1, "blurred"), actor=staff[number % len(staff)])
        except Conflict as error:
            return error.code
        else:
            return "refunded"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(clicks) as pool:
        return list(pool.map(click, range(clicks)))


def made(stripe: Stripe) -> list[int]:
    return [one["amount"] for one in stripe.store.of("refund")]


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_by_two_are_one_refund(stripe: Stripe, payment: Payment, dana: User, bob: User) -> None:
    assert set(at_once(payment, [dana, bob], 20)) == {"refunded"}
    assert (made(stripe), Refund.objects.count()) == ([300], 1)
    stripe.post.deliver(copies=3, at_once=1)
    assert shop.wallet(payment.user) == (334, 0, 0)
    assert AuditEntry.objects.filter(action="payment refunded").count() == 1
    assert broken() == []


def test_a_click_numbered_when_it_arrives_is_a_refund_each_time(stripe: Stripe, payment: Payment, dana: User) -> None:
    """The twin: not the refund that somebody saw themselves make, but whichever is next."""
    for _click in range(2):
        refunds.refund(payment, Click(300, refunds.next_number(payment), "blurred"), actor=dana)
    assert made(stripe) == [300, 300]


def test_several_refunds_stop_at_what_was_paid(stripe: Stripe, payment: Payment, dana: User) -> None:
    refunds.refund(payment, Click(450, 1, "blurred"), actor=dana)
    refunds.refund(payment, Click(300, 2, "late"), actor=dana)
    with pytest.raises(TooMuch) as refused:
        refunds.refund(payment, Click(151, 3, "angry"), actor=dana)
    assert refused.value.code == "conflict"
    refunds.refund(payment, Click(150, 3, "angry"), actor=dana)
    stripe.post.deliver()
    assert (shop.wallet(payment.user), made(stripe)) == ((0, 0, 0), [150, 300, 450])
    assert broken() == []


def test_a_page_that_is_older_than_another_refund_is_refused(payment: Payment, dana: User) -> None:
    refunds.refund(payment, Click(300, 1, "blurred"), actor=dana)
    with pytest.raises(Conflict):
        refunds.refund(payment, Click(400, 1, "late"), actor=dana)


@pytest.mark.parametrize("click", [Click(0, 1, "x"), Click(-5, 1, "x"), Click(100, 1, " ")])
def test_a_refund_needs_an_amount_and_a_reason(payment: Payment, dana: User, click: Click) -> None:
    with pytest.raises(InvalidRequest):
        refunds.refund(payment, click, actor=dana)


def test_what_is_spent_is_not_refunded_unless_finance_says_so(stripe: Stripe, payment: Payment, dana: User) -> None:
    credits.hold(payment.user, 400, reference="job:1")
    credits.capture("job:1", 400)
    with pytest.raises(InsufficientCredits):
        refunds.refund(payment, Click(900, 1, "all of it"), actor=dana)
    assert (made(stripe), Refund.objects.count()) == ([], 0)
    refunds.refund(payment, Click(900, 1, "all of it", into_debt=True), actor=dana)
    assert shop.wallet(payment.user) == (0, 0, 400)
    assert broken() == []


def test_a_refund_that_fails_gives_the_credits_back_once(stripe: Stripe, payment: Payment, dana: User) -> None:
    refunds.refund(payment, Click(900, 1, "all of it"), actor=dana)
    assert shop.wallet(payment.user) == (0, 0, 0)
    stripe.world.refund_ends(next(stripe.store.of("refund")), "failed")
    stripe.post.deliver(copies=3)
    assert shop.wallet(payment.user) == (500, 0, 0)
    stripe.store.tell("refund.updated", next(stripe.store.of("refund")) | {"status": "succeeded"})
    stripe.post.deliver()
    assert (shop.wallet(payment.user), Refund.objects.get().state) == ((500, 0, 0), Refund.State.FAILED)
    assert broken() == []


def test_a_refund_that_stripe_refuses_takes_nothing(stripe: Stripe, payment: Payment, dana: User) -> None:
    stripe.world.refund(payment.stripe_id, 900)
    stripe.post.drop()
    with pytest.raises(Conflict):
        refunds.refund(payment, Click(900, 1, "all of it"), actor=dana)
    assert shop.wallet(payment.user) == (500, 0, 0)
    assert Refund.objects.get().state == Refund.State.FAILED
