"""From a wish to the page where it is paid. Our row comes first: whatever happens at Stripe, we know what was meant."""

import hashlib
import re
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, IdempotencyMismatch, NotFound
from accounts.models import User
from billing.errors import PaymentRefused
from billing.models import Customer, Order, Pack, Plan, Subscription
from billing.payments import fulfilment
from billing.payments.contract import Wish, gateway

SLUG = re.compile(r"[-\w]{1,50}", re.ASCII)
CHECKOUT_LASTS = timedelta(hours=23)
# A day after the wish it may still be sent there, and its checkout lasts a day.
CAN_BE_PAID = timedelta(days=2)
KEYS_LAST = timedelta(hours=24)
ENDED = ("canceled", "incomplete_expired")
NOWHERE = (Order.State.EXPIRED, Order.State.FAILED)


def buy_pack(user: User, slug: str, *, site: str, key: str | None = None) -> Order:
    return _send(_order(user, pack_on_sale(slug), key), site)


def subscribe(user: User, slug: str, *, site: str, key: str | None = None) -> Order:
    plan = plan_on_sale(slug)
    if Subscription.objects.filter(user=user).exclude(state__in=ENDED).exists():
        raise Conflict(_("You have a plan already: change or end it first."))
    order = _waiting(user, plan) or _order(user, plan, key)
    _end_others(order)
    return _send(order, site)


def pack_on_sale(slug: str) -> Pack:
    pack = Pack.objects.filter(slug=slug, active=True).first() if SLUG.fullmatch(slug) else None
    if pack is None:
        raise NotFound(_("This pack is not on sale."))
    return pack


def plan_on_sale(slug: str) -> Plan:
    plan = Plan.objects.filter(slug=slug, active=True, amount__gt=0).first() if SLUG.fullmatch(slug) else None
    if plan is None:
        raise NotFound(_("This plan is not on sale."))
    return plan


def portal(user: User, *, site: str) -> str:
    return gateway().portal(customer_of(user), f"{site}/wallet/buy/")


def customer_of(user: User) -> str:
    known = Customer.objects.filter(user=user).first()
    if known is None:
        name = gateway().customer(str(user.public_id), user.email)
        known, _new = Customer.objects.get_or_create(user=user, defaults={"stripe_id": name})
    return known.stripe_id


def order_for(
    user: User, what: Pack | Plan, key: str | None = None, kind: str = "", changes: Subscription | None = None
) -> Order:
    """The one that this key stands for, or a new one. A key that led nowhere, or a day ago, stands for nothing."""
    pack, plan = (what, None) if isinstance(what, Pack) else (None, what)
    worth = what.credits if isinstance(what, Pack) else what.monthly
    fields = {
        "kind": kind or (Order.Kind.PACK if pack else Order.Kind.PLAN), "pack": pack, "plan": plan,
        "title": what.title, "credits": worth, "amount": what.amount, "currency": what.currency.lower(),
        "livemode": gateway().live, "changes": changes,
    }  # fmt: skip
    if key is None:
        return Order.objects.create(user=user, **fields)
    led_nowhere = Q(created_at__lt=timezone.now() - KEYS_LAST) | Q(state__in=NOWHERE)
    Order.objects.filter(led_nowhere, user=user, client_key=key).update(client_key=None)
    return Order.objects.get_or_create(user=user, client_key=key, defaults=fields)[0]


def wish_of(order: Order) -> Wish:
    return Wish(
        order=str(order.public_id), title=order.title, amount=order.amount, currency=order.currency,
        customer=customer_of(order.user), plan=order.plan.slug if order.plan else "",
    )  # fmt: skip


def _order(user: User, what: Pack | Plan, key: str | None) -> Order:
    digest = hashlib.sha256(key.encode()).hexdigest() if key is not None else None
    with transaction.atomic():
        if isinstance(what, Plan):
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
        order = order_for(user, what, digest)
        if what not in (order.pack, order.plan):
            raise IdempotencyMismatch(_("This Idempotency-Key was used for another request."))
        if isinstance(what, Plan):
            _begun(order).filter(session=None).update(state=Order.State.EXPIRED)
    return order


def _waiting(user: User, plan: Plan) -> Order | None:
    """A checkout of this plan in another tab is the same one: two that are paid would be two plans."""
    same = {"plan": plan, "amount": plan.amount, "credits": plan.monthly, "currency": plan.currency.lower()}
    young = Order.objects.filter(user=user, changes=None, created_at__gt=timezone.now() - CHECKOUT_LASTS, **same)
    return young.filter(state=Order.State.OPEN).exclude(url="").order_by("-pk").first()


def _begun(mine: Order) -> "QuerySet[Order]":
    """Other plans of the same person that are not paid yet."""
    plans = Order.objects.filter(user=mine.user, kind=Order.Kind.PLAN, changes=None, state=Order.State.OPEN)
    return plans.exclude(pk=mine.pk)


def _end_others(mine: Order) -> None:
    """Two checkouts in two tabs would be two plans. One that was just paid cannot be ended: then this is not begun."""
    young = _begun(mine).filter(session__isnull=False, created_at__gt=timezone.now() - CAN_BE_PAID)
    for other in young:
        if not _ended(str(other.session)):
            raise Conflict(_("You have just paid for a plan: it begins in a moment."))
        fulfilment.close(other, Order.State.EXPIRED)


def _ended(session: str) -> bool:
    try:
        return bool(gateway().expire(session)["status"] == "expired")
    except PaymentRefused as refused:
        if refused.why != "resource_missing":
            raise
        return True


def _send(order: Order, site: str) -> Order:
    """The network between two short transactions. The order's name keeps a second call from being a second checkout."""
    if order.url:
        return order
    session = gateway().checkout(wish_of(order), f"{site}/wallet/orders/{order.public_id}/", f"{site}/wallet/buy/")
    still = Order.objects.filter(pk=order.pk, state=Order.State.OPEN)
    if still.update(session=session["id"], url=session["url"]):
        order.session, order.url = session["id"], session["url"]
        return order
    order.refresh_from_db()
    if not order.url:
        gateway().expire(session["id"])
        raise Conflict(_("You have begun another checkout meanwhile."))
    return order
