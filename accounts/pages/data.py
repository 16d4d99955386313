from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import closure, export
from accounts.access import Rule, person, rule
from accounts.models import User
from accounts.streaming import streamed


class CloseForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("Type your e-mail address to be sure"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, user: User, typed: QueryDict | None) -> None:
        super().__init__(typed)
        self.user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.strip().lower() != self.user.email.lower():
            raise forms.ValidationError(_("That is not the address of this account."))
        return typed


@rule(Rule.USER)
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/data.html")


@rule(Rule.USER)
def download(request: HttpRequest) -> StreamingHttpResponse:
    name = f"klikyai-{timezone.now():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    packed = streamed(request, export.archive(person(request)))
    return StreamingHttpResponse(packed, content_type="application/zip", headers=headers)


@rule(Rule.USER)
@reauthentication_required  # type: ignore[untyped-decorator]
def close(request: HttpRequest) -> HttpResponse:
    form = CloseForm(person(request), request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/close.html", {"form": form})
    closure.close(person(request))
    logout(request)
    messages.success(request, _("Your account is closed, and what was yours is gone."))
    return redirect("front")
