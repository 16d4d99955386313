"""The base that allauth builds every sign-up form on, of pages and of programs alike."""

from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User


class OneMailbox(forms.Form):
    """Another spelling of a known mailbox is answered exactly like the known address itself."""

    account_already_exists = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        email = self.cleaned_data.get("email")
        if email and User.objects.at(email) is not None:
            self.account_already_exists = True
        if self.account_already_exists:
            # A new account would hash the password now; without this, the clock would tell who has one.
            make_password(self.cleaned_data.get("password1") or self.cleaned_data.get("password") or None)
        return cleaned

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth asks for it; there is nothing more to keep."""
