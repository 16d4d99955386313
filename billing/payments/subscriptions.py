"""Plans paid by the month: who is on one, and the credits of each month that was paid."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from billing.models import Membership, Order, Payment, Plan, Subscription
from billing.payments import fulfilment, letters
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway

GRACE = timedelta(days=1)
ALIVE = {"active", "trialing", "past_due"}
OVER = {"canceled", "incomplete_expired"}


def changed(said: Thing) -> None:
    thing = gateway().fetch("subscription", said["id"])
    order = fulfilment.order_of(thing, thing["id"])
    if order is not None and order.plan is not None:
        _apply(order, order.plan, thing)


def invoice_paid(said: Thing) -> None:
    invoice = gateway().fetch("invoice", said["id"])
    order = _order_of(invoice)
    if order is None or invoice["status"] != "paid":
        return
    wrong = fulfilment.wrong_with(
        order, amount=invoice["subtotal"], total=invoice["total"], received=invoice["amount_paid"],
        currency=invoice["currency"], livemode=invoice["livemode"],
    )  # fmt: skip
    if wrong:
        raise_alarm("not as ordered", invoice["id"], order=order.public_id, **wrong)
        return
    _pay(order, invoice)


def invoice_failed(said: Thing) -> None:
    order = _order_of(said)
    if order is not None:
        letters.failed(order, said.get("hosted_invoice_url") or "")


@transaction.atomic
def _apply(order: Order, plan: Plan, thing: Thing) -> None:
    """An end is an end and a paid month stays paid, whichever event comes last."""
    Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    until = fulfilment.moment(max(item["current_period_end"] for item in thing["items"]["data"]))
    row, _new = Subscription.objects.get_or_create(
        stripe_id=thing["id"],
        defaults={"order": order, "user": order.user, "plan": plan, "state": thing["status"], "until": until},
    )
    if row.state not in OVER:
        row.state, row.ending = thing["status"], bool(thing["cancel_at_period_end"])
    row.until = max(row.until, until)
    row.save()
    _set_membership(row)


def _set_membership(row: Subscription) -> None:
    if row.state in ALIVE:
        Membership.objects.update_or_create(user=row.user, defaults={"plan": row.plan, "until": row.until + GRACE})
    elif row.state in OVER and not Subscription.objects.filter(user=row.user, state__in=ALIVE).exists():
        Membership.objects.filter(user=row.user, plan=row.plan).update(until=timezone.now())


def _order_of(invoice: Thing) -> Order | None:
    """None of a purchase without a plan: its checkout tells."""
    parent = (invoice.get("parent") or {}).get("subscription_details")
    return fulfilment.order_of(parent, invoice["id"]) if parent else None


def _pay(order: Order, invoice: Thing) -> None:
    known = Payment.objects.filter(invoice=invoice["id"]).first()
    paid = [one["payment"].get("payment_intent") for one in (invoice.get("payments") or {}).get("data", [])]
    name = known.stripe_id if known else next((one for one in paid if one), invoice["id"])
    until = fulfilment.moment(max(line["period"]["end"] for line in invoice["lines"]["data"]))
    receipt = invoice.get("hosted_invoice_url") or ""
    fulfilment.pay(order, fulfilment.Money(name, invoice["amount_paid"], receipt, invoice["id"], until))
