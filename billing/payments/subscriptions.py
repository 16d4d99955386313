"""Plans paid by the month: who is on one, and the credits of each month that was paid."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from billing.models import Membership, Order, Payment, Plan, Subscription
from billing.payments import fulfilment, letters, renewals
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway

# How long a plan goes on beyond what is paid: Stripe tries a card again for some days.
GRACE = timedelta(days=3)
# So much earlier may a month end that began later: it has 28 days, and that before it 31.
SHORTER = timedelta(days=3)
ALIVE = ("active", "trialing", "past_due")
OVER = ("canceled", "incomplete_expired")


def changed(said: Thing) -> None:
    thing = gateway().fetch("subscription", said["id"])
    order = fulfilment.order_of(thing, thing["id"])
    if order is not None and order.plan is not None:
        _apply(order, order.plan, thing)


def invoice_paid(said: Thing) -> bool:
    """Whether it is an invoice of a plan."""
    invoice = gateway().fetch("invoice", said["id"])
    parent = _parent(invoice)
    named = fulfilment.order_of(parent, invoice["id"]) if parent else None
    if parent is None or named is None or named.plan is None or invoice["status"] != "paid":
        return parent is not None
    order = renewals.order_of(named, invoice, parent["subscription"]) or named
    wrong = fulfilment.wrong_with(
        order, amount=invoice["subtotal"], total=invoice["total"], received=invoice["amount_paid"],
        currency=invoice["currency"], livemode=invoice["livemode"],
    )  # fmt: skip
    if wrong:
        raise_alarm("not as ordered", invoice["id"], order=order.public_id, **wrong)
        return True
    changed({"id": parent["subscription"]})
    _begin_month(order, invoice, parent["subscription"])
    return True


def invoice_failed(said: Thing) -> None:
    invoice = gateway().fetch("invoice", said["id"])
    parent = _parent(invoice)
    named = fulfilment.order_of(parent, invoice["id"]) if parent else None
    if parent is not None and named is not None and invoice["status"] == "open":
        order = renewals.order_of(named, invoice, parent["subscription"]) or named
        letters.failed(order, invoice.get("hosted_invoice_url") or "")


@transaction.atomic
def _begin_month(order: Order, invoice: Thing, name: str) -> None:
    """Both or neither: an upgrade that is paid and does not run yet could be bought a second time."""
    until = fulfilment.moment(max(line["period"]["end"] for line in invoice["lines"]["data"]))
    _pay(order, invoice, until)
    row = Subscription.objects.select_for_update(of=("self",)).select_related("user").filter(stripe_id=name).first()
    if row is not None and order.plan is not None and _begins_later(order, until, row):
        row.order, row.plan, row.until = order, order.plan, until
        row.save(update_fields=["order", "plan", "until"])
        _set_membership(row)


def _begins_later(order: Order, until: datetime, row: Subscription) -> bool:
    """The month that begins last says which plan it is; of two that end at about the same time that is the newer's."""
    if order.pk == row.order_id or abs(until - row.until) > SHORTER:
        return until >= row.until
    return order.pk > row.order_id


@transaction.atomic
def _apply(order: Order, plan: Plan, thing: Thing) -> None:
    """An end is an end, whichever event comes last. Only what was paid makes it last longer."""
    Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    now = timezone.now()
    row, _new = Subscription.objects.get_or_create(
        stripe_id=thing["id"],
        defaults={"order": order, "user": order.user, "plan": plan, "state": thing["status"], "until": now},
    )
    row = Subscription.objects.select_for_update(of=("self",)).select_related("user", "plan").get(pk=row.pk)
    if row.state not in OVER:
        # The portal names a day instead of saying "at the end".
        row.ending = bool(thing["cancel_at_period_end"] or thing.get("cancel_at"))
        row.state = thing["status"]
        row.save(update_fields=["state", "ending"])
    _set_membership(row)


def _set_membership(row: Subscription) -> None:
    """Of two plans the better one counts, as long as it is paid; the other goes on when that has ended."""
    alive = list(Subscription.objects.filter(user=row.user, state__in=ALIVE).select_related("plan"))
    if row.state in ALIVE and len(alive) > 1:
        raise_alarm("two plans", row.stripe_id, user=row.user.public_id)
    if alive:
        now = timezone.now()
        best = max(alive, key=lambda one: (one.until > now, one.plan.amount, one.until))
        Membership.objects.update_or_create(user=row.user, defaults={"plan": best.plan, "until": best.until + GRACE})
    elif row.state in OVER:
        Membership.objects.filter(user=row.user, plan=row.plan).update(until=timezone.now())


def _parent(invoice: Thing) -> Thing | None:
    """None of a purchase without a plan: its checkout tells."""
    return (invoice.get("parent") or {}).get("subscription_details")


def _pay(order: Order, invoice: Thing, until: datetime) -> None:
    known = Payment.objects.filter(invoice=invoice["id"]).first()
    paid = [one["payment"].get("payment_intent") for one in (invoice.get("payments") or {}).get("data", [])]
    name = known.stripe_id if known else next((one for one in paid if one), invoice["id"])
    receipt = invoice.get("hosted_invoice_url") or ""
    fulfilment.pay(order, fulfilment.Money(name, invoice["amount_paid"], receipt, invoice["id"], until))
