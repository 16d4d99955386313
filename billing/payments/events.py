"""Which event means what. A type that is not named here is kept and does nothing."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from billing.errors import PaymentRefused, PaymentsDown
from billing.models import Customer, Event
from billing.payments import disputes, fulfilment, letters, refunds, subscriptions
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway


def card_expires(said: Thing) -> None:
    customer = Customer.objects.select_related("user").filter(stripe_id=said.get("customer")).first()
    if customer is not None:
        letters.expiring(customer.user)


KEPT = timedelta(days=60)
HANDLERS: dict[str, Callable[[Thing], object]] = {
    "checkout.session.completed": fulfilment.session_changed,
    "checkout.session.async_payment_succeeded": fulfilment.session_changed,
    "checkout.session.async_payment_failed": fulfilment.session_failed,
    "checkout.session.expired": fulfilment.session_changed,
    "payment_intent.succeeded": fulfilment.intent_succeeded,
    "invoice.paid": subscriptions.invoice_paid,
    "invoice.payment_failed": subscriptions.invoice_failed,
    "customer.subscription.created": subscriptions.changed,
    "customer.subscription.updated": subscriptions.changed,
    "customer.subscription.deleted": subscriptions.changed,
    "refund.created": refunds.changed,
    "refund.updated": refunds.changed,
    "refund.failed": refunds.changed,
    "charge.dispute.created": disputes.changed,
    "charge.dispute.updated": disputes.changed,
    "charge.dispute.funds_withdrawn": disputes.changed,
    "charge.dispute.funds_reinstated": disputes.changed,
    "charge.dispute.closed": disputes.changed,
    "customer.source.expiring": card_expires,
}


def take(payload: Thing) -> Event:
    """Stored first, under its own name; marked only when it has been handled, so that a failure is tried again."""
    event, _new = Event.objects.get_or_create(
        stripe_id=payload["id"], defaults={"type": payload["type"], "payload": payload}
    )
    if event.handled_at is None:
        handle(event)
    return event


def forget_old() -> int:
    """What upkeep calls. Stripe tells nothing again after a month; what it told holds names and addresses."""
    old = Event.objects.filter(handled_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def handle(event: Event) -> None:
    row = Event.objects.filter(pk=event.pk)
    row.update(tries=F("tries") + 1)
    try:
        _handle(event)
    except PaymentsDown as error:
        row.update(error=error.log[:500])
        raise
    row.update(handled_at=timezone.now(), error="")


def _handle(event: Event) -> None:
    handler = HANDLERS.get(event.type)
    if handler is None:
        return
    if event.payload.get("livemode") is not gateway().live:
        raise_alarm("event of another mode", event.stripe_id, type=event.type)
        return
    try:
        handler(event.payload["data"]["object"])
    except PaymentRefused as error:
        # It speaks of something that Stripe does not know: asking again would not help, looking would.
        raise_alarm("event of nothing", event.stripe_id, type=event.type, told=error.log)
