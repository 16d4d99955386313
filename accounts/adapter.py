"""How allauth behaves in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from accounts import limits
from accounts.addresses import block
from accounts.errors import Refused

SIGN_UPS_PER_BLOCK = 20
DAY = 24 * 3600


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        # Middleware has already read forwarded headers, and only those of proxies that we counted.
        return str(request.META["REMOTE_ADDR"])

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        try:
            limits.spend("sign-up", block(self.get_client_ip(request)), SIGN_UPS_PER_BLOCK, DAY, fail_closed=True)
        except Refused as error:
            raise self.validation_error("too_many_login_attempts") from error
        return super().save_user(request, user, form, commit)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are kept encrypted; the first key writes, all keys read, so keys can be rotated."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.MFA_KEYS])
