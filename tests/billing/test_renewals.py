"""Which plan a paid invoice is of: a renewal is written before it is closed, and months are not equally long."""

import time
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import User
from billing.invariants import broken
from billing.models import Alarm, Order, Payment, Subscription
from billing.payments import checkout, plan_changes, subscriptions
from billing.plans import plan_of
from tests.billing import shop
from tests.billing.conftest import SITE, Stripe, plan
from tests.billing.double import Fault
from tests.billing.double.store import Thing

pytestmark = pytest.mark.django_db


def rechosen(stripe: Stripe, pro: Thing, alice: User, *slugs: str) -> Thing:
    """The renewal is written, other plans are chosen, then it is closed and paid."""
    draft = stripe.world.renew(pro)
    for slug in slugs:
        plan_changes.change(alice, slug)
    return stripe.world.finalize(draft)


@pytest.mark.parametrize("seed", range(2))
def test_a_renewal_that_was_written_before_a_change_is_of_the_plan_before(
    stripe: Stripe, pro: Thing, alice: User, seed: int
) -> None:
    rechosen(stripe, pro, alice, "small")
    stripe.post.shuffled(seed, copies=2)
    row = Subscription.objects.get()
    assert (shop.wallet(alice)[0], plan_of(alice).slug, plan_changes.coming(row).slug) == (2000, "pro", "small")  # type: ignore[union-attr]
    assert int(row.until.timestamp()) == pro["items"]["data"][0]["current_period_end"]
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (2300, "small")
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_a_renewal_that_was_written_before_an_upgrade_leaves_the_upgrade(
    stripe: Stripe, pro: Thing, alice: User
) -> None:
    """Its order is neither the one that is named nor the one that runs: it is that with which all began."""
    stripe.store.clock = 31 * 24 * 3600
    rechosen(stripe, pro, alice, "studio")
    stripe.post.deliver()
    row = Subscription.objects.get()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (5000, "studio")
    assert int(row.until.timestamp()) == pro["items"]["data"][0]["current_period_end"]
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_a_renewal_of_a_change_that_was_taken_back_meanwhile_is_granted(
    stripe: Stripe, pro: Thing, alice: User
) -> None:
    plan_changes.change(alice, "small")
    rechosen(stripe, pro, alice, "pro")
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1300, "small")
    stripe.world.next_month(pro)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (2300, "pro")
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_an_invoice_that_fits_no_order_of_its_plan_is_still_an_alarm(stripe: Stripe, pro: Thing, alice: User) -> None:
    """Another plan of the same person, long over, cost as much: it is not this one's."""
    stripe.world.end(pro)
    stripe.post.deliver()
    other = stripe.subscribed(alice, "studio", monthly=3000, amount=4900)
    other["items"]["data"][0]["price"]["unit_amount"] = 1900
    stripe.world.next_month(other)
    stripe.post.deliver()
    assert (shop.wallet(alice)[0], Alarm.objects.get().kind) == (4000, "not as ordered")


def test_told_again_it_stays_with_the_order_that_it_paid(stripe: Stripe, pro: Thing, alice: User) -> None:
    """Meanwhile another order of the same price runs."""
    invoice = rechosen(stripe, pro, alice, "small")
    stripe.post.deliver()
    plan_changes.change(alice, "pro")
    stripe.world.next_month(pro)
    stripe.post.deliver()
    subscriptions.invoice_paid({"id": invoice["id"]})
    assert (shop.wallet(alice)[0], Alarm.objects.count(), broken()) == (3000, 0, [])
    assert [order.payments.count() for order in Order.objects.order_by("pk")] == [2, 0, 1]


def test_a_renewal_that_fails_is_told_at_its_own_price(stripe: Stripe, pro: Thing, alice: User) -> None:
    draft = stripe.world.renew(pro)
    plan_changes.change(alice, "small")
    stripe.world.finalize(draft, paid=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act, **_how: act())
        stripe.post.deliver()
    assert "€19.00" in mail.outbox[-1].body


def on(stripe: Stripe, month: int, day: int, hour: int) -> None:
    """Next year, so that what is paid then is not over today."""
    at = datetime(timezone.now().year + 1, month, day, hour, tzinfo=UTC)
    stripe.store.clock = int(at.timestamp() - time.time())


@pytest.mark.parametrize(
    ("begun", "risen"),
    [
        ((10, 30, 15), (10, 31, 10)),  # both end on the 30th of November, this one at ten
        ((1, 31, 10), (2, 28, 18)),  # until the 31st of March, and the 28th
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_an_upgrade_runs_though_its_month_ends_earlier(
    stripe: Stripe, alice: User, begun: tuple[int, int, int], risen: tuple[int, int, int], seed: int
) -> None:
    plan("studio", monthly=3000, amount=4900)
    on(stripe, *begun)
    running = stripe.subscribed(alice)
    if begun[0] == 1:
        stripe.world.next_month(running)
        stripe.post.deliver()
    before, had = Subscription.objects.get().until, shop.wallet(alice)[0]
    on(stripe, *risen)
    plan_changes.change(alice, "studio")
    stripe.post.shuffled(seed, copies=2)
    row = Subscription.objects.get()
    assert (row.plan.slug, plan_of(alice).slug, shop.wallet(alice)[0]) == ("studio", "studio", had + 3000)
    assert row.until < before
    with pytest.raises(Conflict):
        plan_changes.change(alice, "studio")
    subscriptions.invoice_paid({"id": Payment.objects.order_by("pk")[0].invoice})
    assert Subscription.objects.get().plan.slug == "studio"
    stripe.world.next_month(running)
    stripe.post.deliver()
    assert (plan_of(alice).slug, shop.wallet(alice)[0]) == ("studio", had + 6000)
    assert (Alarm.objects.count(), broken()) == (0, [])


def test_a_first_month_told_after_a_change_still_runs(stripe: Stripe, alice: User) -> None:
    """Nothing was heard until the next plan was chosen: the row begins with an order that nobody has paid."""
    plan("small", monthly=300, amount=700)
    plan()
    name = stripe.world.pay(stripe.session(checkout.subscribe(alice, "pro", site=SITE)))["subscription"]
    invoice = next(event for event in stripe.post.waiting() if event["type"] == "invoice.paid")
    stripe.post.deliver([event for event in stripe.post.waiting() if event is not invoice])
    plan_changes.change(alice, "small")
    stripe.post.shuffled(1)
    end = stripe.store.get("subscription", name)["items"]["data"][0]["current_period_end"]
    assert (plan_of(alice).slug, int(Subscription.objects.get().until.timestamp())) == ("pro", end)


def test_an_upgrade_that_is_paid_and_not_yet_looked_at_is_not_bought_again(
    stripe: Stripe, pro: Thing, alice: User
) -> None:
    """Stripe goes away between the invoice and its plan."""
    plan_changes.change(alice, "studio")
    told = next(event for event in stripe.post.waiting() if event["type"] == "invoice.paid")
    stripe.server.faults += [Fault("GET /v1/subscriptions", "before")] * 3
    assert stripe.post.one(told) == 503
    plan_changes.change(alice, "studio")
    stripe.post.deliver()
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1900, 4900]
    assert (shop.wallet(alice)[0], plan_of(alice).slug, broken()) == (4000, "studio", [])


def test_an_upgrade_that_is_paid_while_it_is_asked_for_again_is_bought_once(
    stripe: Stripe, pro: Thing, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the plan and the new order."""
    plan_changes.change(alice, "studio")
    real = plan_changes._mine

    def looked(user: User, which: str) -> Subscription:
        row = real(user, which)
        stripe.post.deliver()
        return row

    monkeypatch.setattr(plan_changes, "_mine", looked)
    with pytest.raises(Conflict):
        plan_changes.change(alice, "studio")
    stripe.post.deliver()
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1900, 4900]
