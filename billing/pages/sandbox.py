"""The pay page of development. Where the real gateway is set, it is not there."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from billing import money
from billing.models import Order
from billing.payments import checkout, sandbox_bank, sandbox_things

ACTS: dict[str, Callable[[Order], object]] = {
    "refund": lambda order: sandbox_bank.refund(str(order.public_id), order.amount),
    "half": lambda order: sandbox_bank.refund(str(order.public_id), order.amount // 2),
    "dispute": lambda order: sandbox_bank.dispute(str(order.public_id)),
    "won": lambda order: sandbox_bank.judge(str(order.public_id), "won"),
    "lost": lambda order: sandbox_bank.judge(str(order.public_id), "lost"),
    "decide": lambda order: sandbox_bank.decide(str(order.public_id)),
    "expire": lambda order: sandbox_bank.expire(str(order.public_id)),
    "month": lambda order: sandbox_bank.next_month(str(order.public_id)),
    "unpaid": lambda order: sandbox_bank.next_month(str(order.public_id), paid=False),
    "cancel": lambda order: sandbox_bank.cancel(str(order.public_id)),
}
CARDS = ("ok", "declined", "3ds", "3ds-confirmed", "slow")


@rule(Rule.USER)
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    order = _order(request, order_id)
    session = sandbox_things.of_order("checkout.session", str(order.public_id))
    if request.method == "POST":
        return _act(request, order)
    if session is None:
        return redirect("sandbox-portal")
    shown = {"order": order, "session": session, "price": money.written(order.amount, order.currency)}
    return render(request, "billing/sandbox.html", shown)


@require_GET
@rule(Rule.USER)
def portal(request: HttpRequest) -> HttpResponse:
    _check()
    plans = sandbox_bank.plans_of(checkout.customer_of(person(request)))
    return render(request, "billing/sandbox_portal.html", {"plans": plans})


def _act(request: HttpRequest, order: Order) -> HttpResponse:
    card, act = request.POST.get("card", ""), request.POST.get("act", "")
    try:
        if card == "3ds":
            price = money.written(order.amount, order.currency)
            return render(request, "billing/sandbox_bank.html", {"order": order, "price": price})
        if card in CARDS:
            sandbox_bank.pay(str(order.public_id), card)
            return redirect("order", order.public_id)
        if act in ACTS:
            ACTS[act](order)
            messages.success(request, _("Done."))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("sandbox-pay", order.public_id)


def _order(request: HttpRequest, order_id: UUID) -> Order:
    _check()
    return get_object_or_404(Order, user=person(request), public_id=order_id)


def _check() -> None:
    if settings.PAYMENTS_GATEWAY != settings.PAYMENTS_SANDBOX:
        raise Http404
