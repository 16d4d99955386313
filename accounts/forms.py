"""allauth's forms, where this house wants them otherwise."""

from typing import Any

from allauth.account.forms import LoginForm
from django.conf import settings
from django.utils.translation import gettext as _


class SignIn(LoginForm):  # type: ignore[misc]
    """One field; a password is only for those who give one, everybody else is sent a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        if settings.SMS_GATEWAY:
            self.fields["login"].label = _("Email or phone")
            self.fields["login"].widget.attrs["placeholder"] = _("you@example.org or +49…")
        self.fields["password"].required = False
        self.fields["password"].help_text = ""
