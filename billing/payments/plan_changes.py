"""Up, down, out: what the owner of a plan may do with it. Up begins a month now; down and out wait for its end."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from billing.errors import PaymentRefused
from billing.models import Order, Plan, Subscription
from billing.payments import checkout, fulfilment, subscriptions
from billing.payments.contract import gateway


def all_running(user: User) -> list[Subscription]:
    """One as a rule. Where two were paid: first the one that goes on."""
    mine = Subscription.objects.filter(user=user, state__in=subscriptions.ALIVE)
    return list(mine.select_related("plan", "user", "order").order_by("ending", "pk"))


def running(user: User) -> Subscription | None:
    return next(iter(all_running(user)), None)


def coming(row: Subscription) -> Plan | None:
    """What it will be from the next month on, if that is something else."""
    order = row.changes.filter(state=Order.State.OPEN).select_related("plan").first()
    return order.plan if order is not None else None


def change(user: User, slug: str, which: str = "") -> Subscription:
    row, plan = _mine(user, which), checkout.plan_on_sale(slug)
    _check_alone(row)
    if plan.currency.lower() != row.order.currency:
        raise Conflict(_("A running plan cannot change its currency: end it first."))
    order, now = _order(row, plan)
    try:
        gateway().change(row.stripe_id, checkout.wish_of(order), now=now)
    except PaymentRefused:
        fulfilment.close(order, Order.State.FAILED)
        raise
    row = _looked_at(row)
    # Asked for the same again, Stripe repeats its answer and does nothing: an end asked for in between would stay.
    return end(user, ending=False, which=which) if row.ending else row


def end(user: User, *, ending: bool, which: str = "") -> Subscription:
    row = _mine(user, which)
    if not ending:
        _check_alone(row)
    gateway().end(row.stripe_id, ending=ending)
    return _looked_at(row)


@transaction.atomic
def _order(row: Subscription, plan: Plan) -> tuple[Order, bool]:
    """Asked twice it is the same order, so that an answer that was lost is not a second charge. And whether it is up.

    By the row as it is under the lock: an upgrade may just have been paid.
    """
    row = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "user").get(pk=row.pk)
    up = plan.amount > row.plan.amount
    waiting = row.changes.filter(state=Order.State.OPEN).first()
    if waiting is not None and waiting.plan == plan:
        return waiting, up
    if waiting is None and plan == row.plan:
        raise Conflict(_("This is your plan already."))
    if waiting is not None:
        fulfilment.close(waiting, Order.State.EXPIRED)
    return checkout.order_for(row.user, plan, changes=row), up


def _mine(user: User, which: str) -> Subscription:
    mine = all_running(user)
    row = next((one for one in mine if which in ("", one.stripe_id)), None)
    if row is None:
        raise Conflict(_("You have no plan that could be changed."))
    return row


def _check_alone(row: Subscription) -> None:
    """One plan a person: what was asked of a second would be undone, as it may not go on."""
    others = Subscription.objects.filter(user=row.user, state__in=subscriptions.ALIVE, ending=False)
    if others.exclude(pk=row.pk).exists():
        raise Conflict(_("Another plan of yours goes on: end that one first."))


def _looked_at(row: Subscription) -> Subscription:
    subscriptions.changed({"id": row.stripe_id})
    row.refresh_from_db()
    return row
