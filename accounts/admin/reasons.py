"""Acts of staff that end something for somebody: asked for a reason first, by a form and never by a link."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.errors import Refused


class Reason(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


def with_reason(
    request: HttpRequest, subject: object, title: Any, act: Callable[[str], object], after: str
) -> HttpResponse:
    form = Reason(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = admin.site.each_context(request) | {"form": form, "title": title, "subject": subject}
        return render(request, "admin/reason.html", context)
    try:
        act(form.cleaned_data["reason"])
        messages.success(request, _("Done, and noted in the audit log."))
    except Refused as error:
        messages.error(request, error.message)
    return redirect(after)
