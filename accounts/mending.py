"""allauth 65.21 lets a request for a code pass that names neither address nor phone, and then fails on it."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_clean = RequestLoginCodeForm.clean


def clean(form: RequestLoginCodeForm) -> dict[str, Any]:
    cleaned: dict[str, Any] = _clean(form)
    if not form.errors and not (cleaned.get("email") or cleaned.get("phone")):
        raise ValidationError(_("Give an e-mail address or a phone number."), code="required")
    return cleaned


def mend() -> None:
    RequestLoginCodeForm.clean = clean
