"""Keys for programs, and what to do with them: examples that work against this very installation."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api_keys
from accounts.access import Rule, person, rule
from accounts.errors import Refused
from accounts.models import ApiKey, Scope


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("What it is for, so that you know it later.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        initial=[Scope.READ, Scope.GENERATE],
        widget=forms.CheckboxSelectMultiple,
    )
    spending_cap = forms.IntegerField(
        label=gettext_lazy("Credits a month"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text=gettext_lazy("Empty: as many as you have."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@rule(Rule.USER)
def developer(request: HttpRequest) -> HttpResponse:
    form, secret = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _key, secret = api_keys.make(person(request), **form.cleaned_data)
            form = KeyForm()
        except Refused as refused:
            form.add_error(None, refused.message)
    keys = ApiKey.objects.filter(user=person(request), revoked_at=None).order_by("-created_at", "-pk")
    response = render(request, "accounts/developer.html", _shown(request, keys, form, secret))
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@rule(Rule.USER)
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    key = ApiKey.objects.filter(user=person(request), public_id=key_id, revoked_at=None).first()
    if key is None:
        raise Http404
    api_keys.revoke(key)
    messages.success(request, _("The key “%(name)s” no longer opens anything.") % {"name": key.name})
    return redirect("developer")


def _shown(request: HttpRequest, keys: Any, form: KeyForm, secret: str | None) -> dict[str, Any]:
    here = request.build_absolute_uri("/").rstrip("/")
    return {"keys": keys, "form": form, "secret": secret, "here": here, "bearer": secret or "$KLIKYAI_KEY"}
