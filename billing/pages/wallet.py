from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from pydantic import ValidationError

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from accounts.pagination import Paging, listing
from billing import coupons, credits, lines, overview, plans, statement, usage
from billing.models import Pack, Wallet

DAYS, RECENT = 30, 12


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^[A-Za-z0-9-]{3,40}$", label=gettext_lazy("Code"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CapsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Wallet
        fields = ("daily_cap", "monthly_cap")


@require_GET
@rule(Rule.USER)
def wallet(request: HttpRequest) -> HttpResponse:
    user = person(request)
    plan = plans.plan_of(user)
    facts = overview.of(user, plan)
    today, month = credits.spent(user)
    shown = {
        "wallet": facts,
        "expiring": overview.expiring(user),
        "plan": plan,
        "packs": Pack.objects.filter(active=True),
        "usage": usage.chart(user, DAYS),
        "days": DAYS,
        "lines": lines.told(lines.of(user).order_by(*statement.ORDER)[:RECENT]),
        "today": today,
        "month": month,
        "code": CodeForm(),
        "caps": CapsForm(initial={"daily_cap": facts.daily_cap, "monthly_cap": facts.monthly_cap}),
    }
    return render(request, "billing/wallet.html", shown)


@require_GET
@rule(Rule.USER)
def whole(request: HttpRequest) -> HttpResponse:
    user = person(request)
    try:
        query = Paging.model_validate_strings({"cursor": request.GET["cursor"]} if request.GET.get("cursor") else {})
        page = listing(lines.of(user), query.model_copy(update={"limit": 50}), lambda row: row, statement.ORDER)
    except (ValidationError, Refused):
        return redirect("wallet-statement")
    shown = {"lines": lines.told(page["items"]), "pagination": page["pagination"], "wallet": overview.of(user)}
    return render(request, "billing/statement.html", shown)


@require_GET
@rule(Rule.USER)
def download(request: HttpRequest) -> StreamingHttpResponse:
    name = f"klikyai-statement-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    rows = statement.as_csv(person(request))
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@rule(Rule.USER)
def redeem(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("This code is not valid."))
        else:
            worth = coupons.redeem(person(request), form.cleaned_data["code"])
            messages.success(request, ngettext("%d credit is yours.", "%d credits are yours.", worth) % worth)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("wallet")


@require_POST
@rule(Rule.USER)
def caps(request: HttpRequest) -> HttpResponse:
    form = CapsForm(request.POST)
    if form.is_valid():
        credits.allow(person(request), form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("A cap is a whole number, or nothing."))
    return redirect("wallet")
