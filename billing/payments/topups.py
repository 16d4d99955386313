"""A pack bought with the saved card when credits run low: one at a time, so many a month, and never in the dark."""

import logging
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from billing import credits
from billing.errors import PaymentRefused, PaymentsDown
from billing.models import Order, TopUp
from billing.payments import checkout, fulfilment, letters
from billing.payments.contract import Thing, gateway

AT_ONCE = 100
# Whoever asked may still be waiting for the answer.
PATIENCE = timedelta(minutes=1)
# Stripe remembers for a day which key stood for what.
REMEMBERED = timedelta(hours=23)
LOST = ("requires_payment_method", "canceled")
COUNTED = (Order.State.OPEN, Order.State.PAID)
ON: dict[str, Any] = {"active": True, "trouble": "", "user__is_active": True}
log = logging.getLogger(__name__)


def allow(user: User, slug: str, *, below: int, monthly: int) -> TopUp:
    wanted = {"pack": checkout.pack_on_sale(slug), "below": below, "monthly": monthly, "active": True, "trouble": ""}
    return TopUp.objects.update_or_create(user=user, defaults=wanted)[0]


def forbid(user: User) -> None:
    TopUp.objects.filter(user=user).update(active=False)


def run() -> int:
    """What upkeep calls."""
    late = Order.objects.filter(
        kind=Order.Kind.TOP_UP, state=Order.State.OPEN, created_at__lt=timezone.now() - PATIENCE
    )
    for order in late.select_related("user")[:AT_ONCE]:
        _patiently(order, resume)
    low = TopUp.objects.filter(**ON, pack__active=True, user__wallet__available__lt=F("below")).order_by("pk")
    # Not of the first hundred: those who may buy no more this month would keep all others waiting.
    begun = 0
    for order in islice(filter(None, map(begin, low.iterator())), AT_ONCE):
        _patiently(order, charge)
        begun += 1
    return begun


@transaction.atomic
def begin(setting: TopUp) -> Order | None:
    """The table refuses a second one beside an open one; after that, the first may just have been paid: look again."""
    rows = TopUp.objects.select_for_update(of=("self",)).select_related("user", "pack")
    now = rows.filter(**ON, pk=setting.pk).first()
    if now is None or not _low(now):
        return None
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    mine = Order.objects.filter(user=now.user, kind=Order.Kind.TOP_UP, state__in=COUNTED)
    if not now.pack.active or mine.filter(created_at__gte=month).count() >= now.monthly:
        return None
    try:
        with transaction.atomic():
            order = checkout.order_for(now.user, now.pack, kind=Order.Kind.TOP_UP)
    except IntegrityError:
        return None
    if not _low(now):
        order.delete()
        return None
    return order


def _low(setting: TopUp) -> bool:
    return credits.balance(setting.user).available < setting.below


def charge(order: Order) -> None:
    try:
        intent = gateway().charge(checkout.wish_of(order))
    except PaymentRefused as refused:
        _give_up(order, refused.why or "refused")
    else:
        _look_at(order, intent)


def resume(order: Order) -> None:
    """Nobody knows whether it was charged: first it is looked for, then asked for under the same name, if still wanted.

    Whatever is found later at Stripe is granted all the same.
    """
    since = int((order.created_at - PATIENCE).timestamp())
    for intent in gateway().listing("payment_intent", since, customer=checkout.customer_of(order.user)):
        if (intent.get("metadata") or {}).get("order") == str(order.public_id):
            return _look_at(order, intent)
    if not _wanted(order):
        fulfilment.close(order, Order.State.EXPIRED)
        return None
    if timezone.now() - order.created_at < REMEMBERED:
        return charge(order)
    return _give_up(order, "no answer")


def _wanted(order: Order) -> bool:
    """It may have been switched off meanwhile, or its person be gone, or have bought some by hand."""
    setting = TopUp.objects.filter(**ON, user=order.user, pack=order.pack).select_related("user").first()
    return setting is not None and _low(setting)


def _look_at(order: Order, intent: Thing) -> None:
    if intent["status"] in LOST:
        _give_up(order, "card_declined")
    else:
        fulfilment.intent_succeeded(intent)


def _give_up(order: Order, why: str) -> None:
    """It waits until something is paid by hand: a card that was refused once is not tried again and again."""
    if fulfilment.close(order, Order.State.FAILED):
        TopUp.objects.filter(user=order.user).update(trouble=why[:80])
        letters.top_up_needs_you(order)


def _patiently(order: Order, act: Callable[[Order], None]) -> None:
    try:
        act(order)
    except PaymentsDown as error:
        log.warning("a top-up waits for an answer", extra={"order": str(order.public_id), "reason": error.log})
