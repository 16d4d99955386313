"""What the webhooks missed, both ways: what Stripe has is looked for here, what is unfinished here is asked there."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.errors import PaymentRefused, PaymentsDown
from billing.models import Dispute, Event, Order, Payment, Refund, Subscription, Watermark
from billing.payments import disputes, events, fulfilment, refunds, subscriptions, tracing
from billing.payments.alarms import raise_alarm
from billing.payments.contract import Thing, gateway

NAME = "stripe"
# Stripe lists an event a little after it happened, and keeps it for thirty days.
OVERLAP = timedelta(hours=1)
FARTHEST = timedelta(days=29)
# Whoever began it may still be at it.
SETTLING = timedelta(minutes=2)
RECENT = timedelta(hours=1)
CHECKOUT_ENDS = timedelta(hours=24)
log = logging.getLogger(__name__)


def reconcile(since: datetime | None = None) -> Counter[str]:
    """How many of each were missing. What upkeep and the command call; never twice harmful."""
    began, found = timezone.now(), Counter[str]()
    start = since or _watermark(began)
    seconds = int(start.timestamp())
    _each(found, "events", _missed_events(seconds), events.take)
    _each(found, "events again", _waiting(Event.objects.filter(handled_at=None), "received_at"), events.handle)
    _each(found, "payments", _missed_intents(seconds), lambda one: tracing.fulfil(one["id"], one["id"]))
    _each(found, "invoices", _missed_invoices(seconds), subscriptions.invoice_paid)
    _each(found, "refunds", _missed(Refund, "refund", seconds), refunds.changed)
    _each(found, "disputes", _missed(Dispute, "dispute", seconds), disputes.changed)
    _each(found, "orders", _open_orders(), lambda order: fulfilment.session_changed({"id": order.session}))
    _each(found, "refunds under way", _waiting(_pending(), "created_at"), refunds.pursue)
    _each(found, "disputes under way", _open_disputes(), lambda row: disputes.changed({"id": row.stripe_id}))
    _each(found, "plans", _lapsed(), lambda row: subscriptions.changed({"id": row.stripe_id}))
    _each(found, "plans of nobody", _abandoned(), lambda row: gateway().end(row.stripe_id, ending=True))
    _each(found, "second plans", _doubled(), lambda row: gateway().end(row.stripe_id, ending=True))
    _each(found, "not at stripe", Payment.objects.filter(at__gte=start, amount__gt=0).iterator(), _exists_there)
    _forget_orders()
    if not found["failed"]:
        Watermark.objects.update_or_create(name=NAME, defaults={"at": began})
    return found


def _each(found: Counter[str], what: str, things: Iterable[Any], act: Callable[[Any], object]) -> None:
    """One that cannot be done keeps no other from being done; a Stripe that is away ends the round."""
    for thing in things:
        try:
            done = act(thing)
        except PaymentRefused as error:
            raise_alarm("cannot be reconciled", _name(thing), told=error.log)
        except PaymentsDown:
            raise
        except Exception:
            log.exception("could not be reconciled", extra={"what": what, "subject": _name(thing)})
            found["failed"] += 1
        else:
            found[what] += done is not False


def _name(thing: Any) -> str:
    return str(thing["id"] if isinstance(thing, dict) else thing)[:255]


def _watermark(now: datetime) -> datetime:
    mark = Watermark.objects.filter(name=NAME).values_list("at", flat=True).first()
    return max(mark - OVERLAP, now - FARTHEST) if mark is not None else now - FARTHEST


def _missed_events(since: int) -> Iterator[Thing]:
    for some in _in_hundreds(gateway().events(since, events.HANDLERS)):
        names = [event["id"] for event in some]
        known = set(
            Event.objects.filter(stripe_id__in=names, handled_at__isnull=False).values_list("stripe_id", flat=True)
        )
        yield from (event for event in some if event["id"] not in known)


def _missed_intents(since: int) -> Iterator[Thing]:
    for intent in _missed(Payment, "payment_intent", since):
        if intent["status"] == "succeeded":
            yield intent


def _missed_invoices(since: int) -> Iterator[Thing]:
    for some in _in_hundreds(gateway().listing("invoice", since, status="paid")):
        names = [invoice["id"] for invoice in some]
        known = set(Payment.objects.filter(invoice__in=names).values_list("invoice", flat=True))
        yield from (one for one in some if one["id"] not in known and one.get("parent"))


def _missed(model: type[Model], kind: str, since: int) -> Iterator[Thing]:
    for some in _in_hundreds(gateway().listing(kind, since)):
        names = [thing["id"] for thing in some]
        known = set(model._default_manager.filter(stripe_id__in=names).values_list("stripe_id", flat=True))
        yield from (thing for thing in some if thing["id"] not in known)


def _open_orders() -> "Iterator[Order]":
    """Young ones every time, older ones when their checkout has ended: what is paid in between has its own listing.

    An old one that is still open waits for a slow bank, or Stripe does not know it: neither is asked about for ever.
    """
    now, waiting = timezone.now(), Order.objects.filter(state=Order.State.OPEN, session__isnull=False)
    yield from waiting.filter(created_at__range=(now - RECENT, now - SETTLING)).iterator()
    yield from waiting.filter(created_at__range=(now - FARTHEST, now - CHECKOUT_ENDS)).iterator()


def _forget_orders() -> None:
    """Never sent to a checkout, or so long ago that no bank decides any more. Money that comes late is granted."""
    now = timezone.now()
    nowhere = Q(session=None, created_at__lt=now - CHECKOUT_ENDS) | Q(created_at__lt=now - FARTHEST)
    waiting = Order.objects.filter(nowhere, state=Order.State.OPEN, changes=None)
    waiting.exclude(kind=Order.Kind.TOP_UP).update(state=Order.State.EXPIRED)


def _pending() -> "QuerySet[Refund]":
    return Refund.objects.filter(state=Refund.State.PENDING).select_related("payment")


def _open_disputes() -> "Iterator[Dispute]":
    return Dispute.objects.exclude(state__in=[*disputes.OVER, *disputes.HARMLESS]).iterator()


def _lapsed() -> "Iterator[Subscription]":
    return Subscription.objects.filter(until__lt=timezone.now()).exclude(state__in=subscriptions.OVER).iterator()


def _abandoned() -> "Iterator[Subscription]":
    """Whoever left or was sent away pays no further month."""
    alive = Subscription.objects.filter(state__in=subscriptions.ALIVE, ending=False)
    return alive.filter(user__is_active=False).iterator()


def _doubled() -> "Iterator[Subscription]":
    """Of several plans that would go on, all but the first end with the month that is paid."""
    going_on = Subscription.objects.filter(state__in=subscriptions.ALIVE, ending=False)
    first = going_on.filter(user=OuterRef("user"), pk__lt=OuterRef("pk"))
    return going_on.filter(Exists(first)).iterator()


def _exists_there(payment: Payment) -> bool:
    """Money of which Stripe knows nothing was perhaps never there."""
    kind = "invoice" if payment.stripe_id == payment.invoice else "payment_intent"
    thing = gateway().fetch(kind, payment.stripe_id)
    came = thing["amount_paid"] if kind == "invoice" else thing["amount_received"]
    if came != payment.amount:
        raise_alarm("not what stripe has", payment.stripe_id, here=payment.amount, there=came)
        return True
    return False


def _waiting(rows: "QuerySet[Any]", moment: str) -> Iterator[Any]:
    return rows.filter(**{f"{moment}__lt": timezone.now() - SETTLING}).iterator()


def _in_hundreds(things: Iterator[Thing]) -> Iterator[list[Thing]]:
    while some := list(islice(things, 100)):
        yield some
