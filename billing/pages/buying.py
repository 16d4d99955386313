from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from accounts.models import User
from billing import credits, money
from billing.models import Order, Pack, Payment, Plan, Refund, TopUp
from billing.pages.plan import TopUpForm
from billing.payments import checkout, plan_changes

SHOWN = 12


@rule(Rule.USER)
def buy(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _to_checkout(request)
    user, packs = person(request), list(Pack.objects.filter(active=True))
    mine = plan_changes.all_running(user)
    running = mine[0] if mine else None
    shown = {
        "packs": packs,
        "chosen": _chosen(request, packs),
        "plans": Plan.objects.filter(active=True, amount__gt=0),
        "running": running,
        "others": mine[1:],
        "coming": plan_changes.coming(running) if running else None,
        "topping": TopUp.objects.select_related("pack").filter(user=user).first(),
        "top_up": TopUpForm(),
        "payments": _paid(user),
        "have": credits.balance(user).available,
        "key": uuid4().hex,
    }
    return render(request, "billing/buy.html", shown)


@require_POST
@rule(Rule.USER)
def portal(request: HttpRequest) -> HttpResponse:
    try:
        return HttpResponseRedirect(checkout.portal(person(request), site=_site(request)))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("buy")


@require_GET
@rule(Rule.USER)
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where the checkout leads back to. It grants nothing: it waits for what the webhook does."""
    orders = Order.objects.select_related("pack")
    found = get_object_or_404(orders, user=person(request), public_id=order_id)
    price, have = money.written(found.amount, found.currency), credits.balance(person(request)).available
    return render(request, "billing/order.html", {"order": found, "price": price, "have": have, "key": uuid4().hex})


def _chosen(request: HttpRequest, packs: list[Pack]) -> str:
    """What was asked for, or the one in the middle."""
    asked = request.GET.get("pack", "")
    return asked if asked in {pack.slug for pack in packs} else packs[len(packs) // 2].slug if packs else ""


def _paid(user: User) -> list[dict[str, Any]]:
    back = Sum("refunds__amount", filter=~Q(refunds__state=Refund.State.FAILED))
    rows = Payment.objects.filter(user=user).select_related("order").annotate(back=back).order_by("-at", "-pk")
    return [
        {
            "at": row.at, "order": row.order, "receipt": row.receipt, "price": money.written(row.amount, row.currency),
            "back": money.written(row.back, row.currency) if row.back else "",
        }
        for row in rows[:SHOWN]
    ]  # fmt: skip


def _to_checkout(request: HttpRequest) -> HttpResponse:
    given = request.POST
    what = "plan" if "plan" in given else "pack"
    key = f"page:{given.get('key') or uuid4().hex}:{what}:{given.get(what, '')}"[:200]
    act = checkout.subscribe if what == "plan" else checkout.buy_pack
    try:
        made = act(person(request), given.get(what, ""), site=_site(request), key=key)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("buy")
    return HttpResponseRedirect(made.url)


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
