"""Who comes by a provider signs up like anybody: by the same limit, and with one account to a mailbox."""

from typing import Any

from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.adapter import count_sign_up, refusal
from accounts.errors import Refused
from accounts.mailboxes import mailbox
from accounts.models import User


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """allauth looks for the very address; another spelling of it is the same mailbox."""
        if User.objects.at(sociallogin.user.email) is not None:
            raise ImmediateHttpResponse(_known(request, sociallogin))
        return bool(super().is_auto_signup_allowed(request, sociallogin))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        try:
            if form is None:  # what comes by a form is counted where every form is
                count_sign_up(request.META["REMOTE_ADDR"])
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)
        except Refused as error:
            raise ImmediateHttpResponse(refusal(request, error)) from error
        except IntegrityError as error:
            # The same mailbox came twice at once.
            raise ImmediateHttpResponse(_known(request, sociallogin)) from error


def _known(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Whoever owns the mailbox may know that it has an account; anybody else is told what a new address is told."""
    email = sociallogin.user.email
    proved = [address.email for address in sociallogin.email_addresses if address.verified]
    if mailbox(email) not in map(mailbox, proved):
        answer: HttpResponse = prevent_enumeration(request, email=email)
        return answer
    if is_headless_request(request):
        return JsonResponse({"status": 409}, status=409)
    return render(request, "socialaccount/known.html", status=409)
