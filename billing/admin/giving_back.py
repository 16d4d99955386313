"""The forms behind acts that move money: how much, why, and which refund of this payment it is that one sees."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from accounts.access import person
from accounts.errors import Refused
from billing import money
from billing.models import Payment
from billing.payments import refunds


class Reason(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class Money(Reason):
    """In the currency as people write it; kept in its smallest unit."""

    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal(0), max_digits=12, widget=UnfoldAdminDecimalFieldWidget
    )
    into_debt = forms.BooleanField(
        label=_("Also what is spent: it becomes a debt"), required=False, widget=UnfoldBooleanWidget
    )
    number = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("amount", "reason", "into_debt", "number")


def ask_for_refund(request: HttpRequest, payment: Payment, after: str) -> HttpResponse:
    places = money.decimals(payment.currency)
    left = Decimal(refunds.left(payment)).scaleb(-places)
    form = Money(request.POST or None, initial={"amount": left, "number": refunds.next_number(payment)})
    form.fields["amount"].decimal_places = places  # type: ignore[attr-defined]
    title = _("Refund %(price)s") % {"price": money.written(payment.amount, payment.currency)}
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, title, payment)
    wanted = form.cleaned_data
    exact = wanted["amount"].scaleb(places)
    if exact != int(exact):
        form.add_error("amount", _("This currency has no such small amounts."))
        return _page(request, form, title, payment)
    click = refunds.Click(int(exact), wanted["number"], wanted["reason"], into_debt=wanted["into_debt"])
    return _told(request, lambda: refunds.refund(payment, click, actor=person(request)), after)


def ask_for_reason(
    request: HttpRequest, subject: object, title: Any, act: Callable[[str], object], after: str
) -> HttpResponse:
    form = Reason(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, title, subject)
    return _told(request, lambda: act(form.cleaned_data["reason"]), after)


def _page(request: HttpRequest, form: forms.Form, title: Any, subject: object) -> HttpResponse:
    context = admin.site.each_context(request) | {"form": form, "title": title, "subject": subject}
    return render(request, "admin/reason.html", context)


def _told(request: HttpRequest, act: Callable[[], object], after: str) -> HttpResponse:
    try:
        act()
        messages.success(request, _("Done, and noted in the audit log."))
    except Refused as error:
        messages.error(request, error.message)
    return redirect(after)
