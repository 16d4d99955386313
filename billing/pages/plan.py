"""What the owner of a plan does with it, and the automatic top-up: forms of the page where credits are bought."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import Rule, person, rule
from accounts.errors import Refused
from billing.models import Pack
from billing.payments import plan_changes, topups


class TopUpForm(forms.Form):
    pack = forms.ModelChoiceField(
        Pack.objects.filter(active=True), to_field_name="slug", empty_label=None, label=gettext_lazy("Buy")
    )
    below = forms.IntegerField(
        min_value=1, max_value=1_000_000, initial=50, label=gettext_lazy("When fewer credits are left than")
    )
    monthly = forms.IntegerField(min_value=1, max_value=100, initial=3, label=gettext_lazy("Times a month at most"))


@require_POST
@rule(Rule.USER)
def change(request: HttpRequest) -> HttpResponse:
    which = request.POST.get("which", "")
    try:
        if "plan" in request.POST:
            plan_changes.change(person(request), request.POST["plan"], which)
        else:
            plan_changes.end(person(request), ending=request.POST.get("ending") == "yes", which=which)
        messages.success(request, _("Saved."))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("buy")


@require_POST
@rule(Rule.USER)
def top_up(request: HttpRequest) -> HttpResponse:
    if "stop" in request.POST:
        topups.forbid(person(request))
        messages.success(request, _("No longer topped up by itself."))
        return redirect("buy")
    form = TopUpForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a pack, and whole numbers."))
        return redirect("buy")
    wanted = form.cleaned_data
    topups.allow(person(request), wanted["pack"].slug, below=wanted["below"], monthly=wanted["monthly"])
    messages.success(request, _("Saved."))
    return redirect("buy")
