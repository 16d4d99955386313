"""Which order of a subscription an invoice pays.

Stripe names the newest when it closes an invoice, and leaves a renewal open for about an hour before: what was changed
meanwhile is named there and is not what it asks for.
"""

from collections.abc import Iterator

from billing.models import Order, Payment, Subscription
from billing.payments import fulfilment
from billing.payments.contract import Thing, gateway


def order_of(named: Order, invoice: Thing, subscription: str) -> Order | None:
    """The one that is named, if it fits; else another of the same subscription that does."""
    return next((order for order in _orders(named, invoice, subscription) if not _unfit(order, invoice)), None)


def _unfit(order: Order, invoice: Thing) -> dict[str, str]:
    return fulfilment.wrong_with(
        order, amount=invoice["subtotal"], currency=invoice["currency"], livemode=invoice["livemode"]
    )


def _orders(named: Order, invoice: Thing, subscription: str) -> Iterator[Order]:
    """What was decided once for this invoice stays; one that nobody paid comes last, as it may have been taken back."""
    known = Payment.objects.filter(invoice=invoice["id"]).select_related("order__plan", "order__user").first()
    if known is not None:
        yield known.order
    yield named
    row = Subscription.objects.filter(stripe_id=subscription).select_related("order__plan", "order__user").first()
    if row is None:
        return
    yield row.order
    changes = row.changes.exclude(state=Order.State.FAILED).select_related("plan", "user").order_by("-pk")
    yield from changes.filter(state=Order.State.PAID)
    yield from _first(row, invoice)
    yield from changes.exclude(state=Order.State.PAID)


def _first(row: Subscription, invoice: Thing) -> Iterator[Order]:
    """With which it began: only its checkout tells which of a person's plans that was."""
    begun = Order.objects.filter(user=row.user, kind=Order.Kind.PLAN, changes=None, state=Order.State.PAID)
    same = begun.filter(amount=invoice["subtotal"], session__isnull=False).select_related("plan", "user")
    for order in same.order_by("-pk"):
        if gateway().fetch("checkout.session", str(order.session)).get("subscription") == row.stripe_id:
            yield order
