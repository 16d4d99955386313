"""How allauth behaves in this house."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from smtplib import SMTPException
from typing import Any

from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import letters, limits
from accounts.addresses import block
from accounts.errors import Refused, Unavailable
from accounts.models import User
from accounts.phones import ByPhone
from accounts.sealing import box

SIGN_UPS_PER_BLOCK = 20
DAY = 24 * 3600
CONFIRMED = "account/messages/email_confirmed.txt"
log = logging.getLogger(__name__)


class AccountAdapter(ByPhone):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        # Middleware has already read forwarded headers, and only those of proxies that we counted.
        return str(request.META["REMOTE_ADDR"])

    def new_user(self, request: HttpRequest) -> User:
        user: User = super().new_user(request)
        user.language = get_language() or ""
        return user

    def clean_email(self, email: str) -> str:
        return self.validate_unique_email(str(super().clean_email(email)).lower())

    def validate_unique_email(self, email: str) -> str:
        """For somebody who changes their address; sign-up answers a known mailbox without a word (sign_up.py)."""
        me = current.request.user
        owner = User.objects.at(email) if me.is_authenticated else None
        if owner is not None and owner.pk != me.pk and owner.email != email:
            raise self.validation_error("email_taken")
        return email

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **named: Any
    ) -> None:
        """Whoever is on their way in sees that it worked; whoever adds an address is told."""
        if message_template == CONFIRMED and not request.user.is_authenticated:
            return
        super().add_message(request, level, message_template, *more, **named)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            log.error("mail was not sent", extra={"template": template_prefix, "reason": repr(error)})
            refused = Unavailable(_("No mail can be sent right now. Try again shortly."), log=repr(error))
            raise ImmediateHttpResponse(refusal(current.request, refused)) from error

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMultiAlternatives:
        letter: EmailMultiAlternatives = super().render_mail(*args, **kwargs)
        letters.dress(letter, str(letter.body))
        return letter

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What it tells of has happened already, mail or no mail."""
        facts = {"house": settings.SITE_URL, **(context or {})}
        with suppress(ImmediateHttpResponse):
            super().send_notification_mail(template_prefix, user, facts, email)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **more: Any) -> None:
        with _refusals():
            super().send_verification_code_sms(user, phone, code, **more)

    def send_unknown_account_sms(self, phone: str, **more: Any) -> None:
        with _refusals():
            super().send_unknown_account_sms(phone, **more)

    def send_account_already_exists_sms(self, phone: str, **more: Any) -> None:
        with _refusals():
            super().send_account_already_exists_sms(phone, **more)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        try:
            count_sign_up(self.get_client_ip(request))
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except Refused as error:
            raise ImmediateHttpResponse(refusal(request, error)) from error
        except IntegrityError as error:
            # The same mailbox came twice at once. Whoever was second is told what a known address is told.
            answer = prevent_enumeration(request, email=form.cleaned_data["email"])
            raise ImmediateHttpResponse(answer) from error


def count_sign_up(address: str) -> None:
    limits.spend("sign-up", block(address), SIGN_UPS_PER_BLOCK, DAY, fail_closed=True)


@contextmanager
def _refusals() -> Iterator[None]:
    """allauth's own flows know none of ours."""
    try:
        yield
    except Refused as error:
        raise ImmediateHttpResponse(refusal(current.request, error)) from error


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    status = 429 if error.code == "rate_limited" else 503
    if _of_program(request):
        response: HttpResponse = JsonResponse({"status": status}, status=status)
    else:
        response = render(request, "refused.html", {"message": error.message}, status=status)
    response["Retry-After"] = str(error.retry_after or 60)
    return response


def _of_program(request: HttpRequest) -> bool:
    """allauth's own views say so while they run; before one does, the address has to."""
    match = request.resolver_match
    return is_headless_request(request) or (match is not None and match.view_name.startswith("headless:"))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are kept encrypted; the first key writes, all keys read, so keys can be rotated."""

    def encrypt(self, text: str) -> str:
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return box().decrypt(encrypted_text.encode()).decode()
