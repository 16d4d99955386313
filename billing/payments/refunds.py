"""Money back: by staff from here, or by hand at Stripe. Each is known by its own name, never by running totals."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import Conflict, InvalidRequest
from accounts.models import User
from billing import credits
from billing.errors import PaymentRefused, TooMuch
from billing.models import Payment, Refund
from billing.payments import letters, tracing
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway

STATES = {"succeeded": Refund.State.SUCCEEDED, "failed": Refund.State.FAILED, "canceled": Refund.State.FAILED}


@dataclass(frozen=True, slots=True)
class Click:
    """`number` is the how-manieth refund of this payment the person saw themselves make: two clicks have the same."""

    amount: int
    number: int
    reason: str
    into_debt: bool = False


def next_number(payment: Payment) -> int:
    return payment.refunds.exclude(number=None).count() + 1


def left(payment: Payment) -> int:
    return payment.amount - _going_back(payment)


def refund(payment: Payment, click: Click, *, actor: User) -> Refund:
    """The credits leave before the money does, so that they cannot be spent in between."""
    row, new = _reserve(payment, click, actor)
    if new:
        send(row)
        row.refresh_from_db()
    return row


def send(row: Refund) -> None:
    """May be repeated: the name of the row is what Stripe knows it by."""
    try:
        thing = gateway().refund(row.payment.stripe_id, row.amount, key=str(row.public_id))
    except PaymentRefused:
        fail(row)
        raise
    apply(row.payment, thing)


def pursue(row: Refund) -> bool:
    """One whose answer never came: looked for before it is asked for, as Stripe remembers names for a day only."""
    if row.stripe_id is not None:
        changed({"id": row.stripe_id})
        return False
    for thing in gateway().listing("refund", payment_intent=row.payment.stripe_id):
        if (thing.get("metadata") or {}).get("refund") == str(row.public_id):
            apply(row.payment, thing)
            return True
    send(row)
    return True


def changed(said: Thing) -> None:
    thing = gateway().fetch("refund", said["id"])
    payment = tracing.payment_of(thing["payment_intent"], thing["id"])
    if payment is not None:
        apply(payment, thing)


@transaction.atomic
def apply(payment: Payment, thing: Thing) -> None:
    payment = _lock(payment)
    if thing["currency"] != payment.currency:
        raise_alarm("refund in another currency", thing["id"], payment=payment.stripe_id, currency=thing["currency"])
        return
    row, before = _row(payment, thing)
    state: str = STATES.get(thing["status"], Refund.State.PENDING)
    if before == Refund.State.FAILED or (before == Refund.State.SUCCEEDED and state == Refund.State.PENDING):
        state = before
    row.stripe_id, row.state, row.amount = thing["id"], state, thing["amount"]
    _settle(payment, row)
    if state == Refund.State.SUCCEEDED != before:
        letters.refunded(row)


@transaction.atomic
def fail(row: Refund) -> None:
    payment = _lock(row.payment)
    row = payment.refunds.get(pk=row.pk)
    row.state = Refund.State.FAILED
    _settle(payment, row)


@transaction.atomic
def _reserve(payment: Payment, click: Click, actor: User) -> tuple[Refund, bool]:
    if not click.reason.strip() or click.amount < 1:
        raise InvalidRequest(_("Say how much and why."))
    payment = _lock(payment)
    known = payment.refunds.filter(number=click.number).first()
    if known is not None and known.amount == click.amount:
        return known, False
    if click.number != next_number(payment):
        raise Conflict(_("Somebody has refunded some of this meanwhile. Look again."))
    if click.amount > left(payment):
        raise TooMuch(_("No more than what was paid can be given back."))
    row = Refund.objects.create(
        payment=payment, number=click.number, amount=click.amount, reason=click.reason.strip(),
        actor=str(actor.public_id),
    )  # fmt: skip
    _settle(payment, row, debt=click.into_debt)
    audit.record(
        actor, "payment refunded", payment.stripe_id, amount=click.amount, currency=payment.currency,
        reason=row.reason, credits=row.credits, into_debt=click.into_debt,
    )  # fmt: skip
    return row, True


def _row(payment: Payment, thing: Thing) -> tuple[Refund, str]:
    """The one we asked for, even when its event is here before its answer; else one that was made at Stripe."""
    ours = (thing.get("metadata") or {}).get("refund")
    row = payment.refunds.filter(stripe_id=thing["id"]).first()
    if row is None and ours:
        row = next((one for one in payment.refunds.filter(stripe_id=None) if str(one.public_id) == ours), None)
    if row is None:
        row = Refund.objects.create(payment=payment, stripe_id=thing["id"], amount=thing["amount"])
    return row, row.state


def _settle(payment: Payment, row: Refund, *, debt: bool = True) -> None:
    """The credits taken are those of all money going back, rounded once: the order of refunds changes nothing."""
    row.save()
    due = min(_going_back(payment) * payment.credits // payment.amount, payment.credits)
    change = due - (payment.refunds.aggregate(all=Sum("credits"))["all"] or 0)
    if change > 0:
        name = f"refund:{row.public_id}"
        credits.take_back(
            payment.user, change, reference=name, kind="paid back", note=row.reason, debt=debt, of=payment.reference
        )
    elif change < 0:
        name = f"refund:{row.public_id}"
        credits.put_back(payment.user, -change, reference=f"{name}:back", kind="not paid back", of=name)
    row.credits += change
    row.save(update_fields=["credits"])


def _going_back(payment: Payment) -> int:
    alive = payment.refunds.exclude(state=Refund.State.FAILED)
    return int(alive.aggregate(all=Sum("amount"))["all"] or 0)


def _lock(payment: Payment) -> Payment:
    return Payment.objects.select_for_update(of=("self",)).select_related("user", "order").get(pk=payment.pk)
