"""Codes by SMS. Which gateway carries them is a setting: the dotted path of send(number, text)."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts import limits
from accounts.errors import Unavailable
from accounts.models import Phone, User

CODES_PER_NUMBER = 5
HOUR = 3600


def by_mail(number: str, text: str) -> None:
    """For development: the message is laid beside the letters."""
    send_mail(f"SMS to {number}", text, None, ["sms@localhost"])


class ByPhone(DefaultAccountAdapter):  # type: ignore[misc]
    def send_verification_code_sms(self, user: User, phone: str, code: str, **_more: Any) -> None:
        if not settings.SMS_GATEWAY:
            raise Unavailable(_("This studio sends no text messages."))
        _count(phone)
        send: Callable[[str, str], None] = import_string(settings.SMS_GATEWAY)
        send(phone, _("%(code)s is your code for KlikyAI.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **_more: Any) -> None:
        """Messages cost, so a number that nobody has here gets none; it is counted like any other."""
        _count(phone)

    def send_account_already_exists_sms(self, phone: str, **_more: Any) -> None:
        _count(phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        phone = Phone.objects.filter(user=user).first()
        return (phone.number, phone.verified) if phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        Phone.objects.update_or_create(user=user, defaults={"number": phone, "verified": verified})

    def set_phone_verified(self, user: User, phone: str) -> None:
        # A change of number comes here alone: nothing was stored before the code was right.
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        owner = Phone.objects.select_related("user").filter(number=phone, verified=True).first()
        return owner.user if owner else None


def _count(phone: str) -> None:
    limits.spend("sms", phone, CODES_PER_NUMBER, HOUR, fail_closed=True)
