from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from billing import money
from billing.models import Order, Pack, Plan
from billing.payments import checkout


@rule(Rule.USER)
def buy(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _to_checkout(request)
    packs, plans = Pack.objects.filter(active=True), Plan.objects.filter(active=True, amount__gt=0)
    return render(request, "billing/buy.html", {"packs": packs, "plans": plans, "key": uuid4().hex})


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
    found = get_object_or_404(Order, user=person(request), public_id=order_id)
    return render(request, "billing/order.html", {"order": found, "price": money.written(found.amount, found.currency)})


def _to_checkout(request: HttpRequest) -> HttpResponse:
    given = request.POST
    key = f"page:{given.get('key') or uuid4().hex}"[:200]
    try:
        if "plan" in given:
            made = checkout.subscribe(person(request), given["plan"], site=_site(request), key=key)
        else:
            made = checkout.buy_pack(person(request), given.get("pack", ""), site=_site(request), key=key)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("buy")
    return HttpResponseRedirect(made.url)


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
