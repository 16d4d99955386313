"""Acts of staff that move credits: so many, for this reason, and once however often the button is pressed."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from accounts.errors import Refused
from billing.credits.amounts import LARGEST


class Amount(forms.Form):
    amount = forms.IntegerField(
        label=_("Credits"), min_value=-LARGEST, max_value=LARGEST, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


Act = Callable[[int, str, str], object]


def with_amount(request: HttpRequest, subject: object, title: Any, act: Act, after: str) -> HttpResponse:
    form = Amount(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = admin.site.each_context(request) | {"form": form, "title": title, "subject": subject}
        return render(request, "admin/reason.html", context)
    wanted = form.cleaned_data
    try:
        act(wanted["amount"], wanted["reason"], str(wanted["once"]))
        messages.success(request, _("Done, and noted in the audit log."))
    except Refused as error:
        messages.error(request, error.message)
    return redirect(after)
