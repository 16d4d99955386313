"""What allauth and Django say, told on in this house's own words."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_changed, password_reset, password_set, user_signed_up
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import signals
from accounts.models import User


@receiver(email_confirmed)
def proved_by_code(sender: Any, email_address: EmailAddress, **_more: Any) -> None:
    # Whoever has signed in before only proves another address.
    if email_address.user.last_login is None:
        signals.verified.send(User, user=email_address.user)


@receiver(user_signed_up)
def proved_by_provider(sender: Any, user: User, **_more: Any) -> None:
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        signals.verified.send(User, user=user)


@receiver(user_logged_out)
def left_the_browser(sender: Any, request: HttpRequest, **_more: Any) -> None:
    request.signed_out = True  # type: ignore[attr-defined]


@receiver(user_logged_out)
@receiver([password_changed, password_set, password_reset])
def sign_in_ended(sender: Any, user: User | None, **_more: Any) -> None:
    if user is not None:
        signals.signed_out.send(User, user=user)


@receiver(post_delete, sender=UserSession)
def session_ended(sender: Any, instance: UserSession, **_more: Any) -> None:
    signals.signed_out.send(User, user=instance.user)
