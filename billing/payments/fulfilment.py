"""Money came: what was ordered is granted once. Whatever the event said, the object is asked for as it is now."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import credits
from billing.models import Order, Payment, TopUp
from billing.payments import letters
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway


@dataclass(frozen=True, slots=True)
class Money:
    """What came, however it came."""

    name: str
    amount: int
    receipt: str = ""
    invoice: str | None = None
    until: datetime | None = None


def session_changed(said: Thing) -> None:
    session = gateway().fetch("checkout.session", said["id"])
    order = order_of(session, session["id"])
    if order is None:
        return
    if session["status"] == "expired":
        close(order, Order.State.EXPIRED)
    elif session["mode"] == "payment" and session["payment_status"] != "unpaid":
        _fulfil_session(order, session)


def session_failed(said: Thing) -> None:
    order = order_of(said, said["id"])
    if order is not None and close(order, Order.State.FAILED):
        letters.failed(order)


def intent_succeeded(said: Thing) -> None:
    """A top-up has no checkout; of everything else the checkout tells."""
    intent = gateway().fetch("payment_intent", said["id"])
    order = _order((intent.get("metadata") or {}).get("order"))
    if order is not None and order.kind == Order.Kind.TOP_UP and intent["status"] == "succeeded":
        _fulfil_intent(order, intent)


def order_of(thing: Thing, subject: str) -> Order | None:
    order = _order((thing.get("metadata") or {}).get("order"))
    if order is None:
        raise_alarm("not ordered here", subject, object=thing.get("object"))
    return order


def wrong_with(order: Order, **found: Any) -> dict[str, str]:
    """Field by field: what came and what was ordered."""
    expected = {"amount": order.amount, "currency": order.currency, "livemode": order.livemode}
    expected |= {"received": found.get("total"), "session": found.get("session")}
    if order.session:
        expected["session"] = order.session
    if not (settings.STRIPE_TAX or settings.STRIPE_PROMOTION_CODES):
        expected["total"] = order.amount
    return {
        name: f"{found[name]} instead of {wanted}"
        for name, wanted in expected.items()
        if name in found and found[name] != wanted
    }


@transaction.atomic
def pay(order: Order, money: Money) -> None:
    """Under the order's lock. The grant is named after the payment, so that no event can grant it twice."""
    order = Order.objects.select_for_update(of=("self",)).select_related("user").get(pk=order.pk)
    others = order.payments.exclude(stripe_id=money.name)
    if order.kind != Order.Kind.PLAN and others.exists():
        raise_alarm("paid twice", str(order.public_id), payment=money.name)
        return
    payment, new = Payment.objects.get_or_create(
        stripe_id=money.name,
        defaults={
            "order": order, "user": order.user, "amount": money.amount, "currency": order.currency,
            "credits": order.credits, "receipt": money.receipt, "invoice": money.invoice,
        },
    )  # fmt: skip
    if payment.credits:
        kind = "subscription" if order.kind == Order.Kind.PLAN else "purchase"
        credits.grant(
            order.user, payment.credits, reference=payment.reference, kind=kind,
            expires_at=money.until, note=order.title,
        )  # fmt: skip
    Order.objects.filter(pk=order.pk).update(state=Order.State.PAID)
    if new and order.kind == Order.Kind.PACK:
        TopUp.objects.filter(user=order.user).update(trouble="")
    if new:
        letters.receipt(payment)


def close(order: Order, state: str) -> bool:
    return bool(Order.objects.filter(pk=order.pk, state=Order.State.OPEN).update(state=state))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _fulfil_session(order: Order, session: Thing) -> None:
    name, received, receipt = session["id"], session["amount_total"], ""
    if session["payment_intent"]:
        intent = gateway().fetch("payment_intent", session["payment_intent"])
        name, received, receipt = intent["id"], intent["amount_received"], _receipt(intent)
    wrong = wrong_with(
        order, amount=session["amount_subtotal"], total=session["amount_total"], received=received,
        currency=session["currency"], livemode=session["livemode"], session=session["id"],
    )  # fmt: skip
    if wrong:
        raise_alarm("not as ordered", name, order=order.public_id, **wrong)
        return
    pay(order, Money(name, received, receipt))


def _fulfil_intent(order: Order, intent: Thing) -> None:
    wrong = wrong_with(
        order, amount=intent["amount"], total=intent["amount"], received=intent["amount_received"],
        currency=intent["currency"], livemode=intent["livemode"],
    )  # fmt: skip
    if wrong:
        raise_alarm("not as ordered", intent["id"], order=order.public_id, **wrong)
        return
    pay(order, Money(intent["id"], intent["amount_received"], _receipt(intent)))


def _receipt(intent: Thing) -> str:
    charge = intent.get("latest_charge")
    return (charge.get("receipt_url") or "") if isinstance(charge, dict) else ""


def _order(name: str | None) -> Order | None:
    try:
        return Order.objects.select_related("user").filter(public_id=name).first() if name else None
    except ValidationError:
        return None
