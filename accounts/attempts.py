"""Guesses at a code are counted before they are looked at.

allauth counts in the session: requests in flight together each read the same count, and 200 of 200 parallel
guesses were evaluated. Here Redis counts, so that of any number at once five are.
"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import limits
from accounts.adapter import refusal
from accounts.addresses import block
from accounts.errors import Refused
from accounts.tokens import FamilyStrategy

GUESSES = 5
FROM_ONE_BLOCK = 50
WINDOW = 600
GUARDED = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_confirm_password_reset_code",
    "account_verify_phone",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "headless:browser:account:confirm_login_code",
    "headless:app:account:confirm_login_code",
    "headless:browser:account:verify_email",
    "headless:app:account:verify_email",
    "headless:browser:account:verify_phone",
    "headless:app:account:verify_phone",
    "headless:browser:account:reset_password",
    "headless:app:account:reset_password",
    "headless:browser:mfa:authenticate",
    "headless:app:mfa:authenticate",
    "headless:browser:mfa:reauthenticate",
    "headless:app:mfa:reauthenticate",
}

PROGRAMS, APPS = "headless:", "headless:app:"
KEYS = {"X-Email-Verification-Key", "X-Password-Reset-Key"}
# Pages that also do something else, for which nobody sends them a code.
ACTIONS = {
    "account_confirm_login_code": {"resend"},
    "account_email_verification_sent": {"resend", "change"},
    "account_verify_phone": {"resend", "change"},
}

Answer = Callable[[HttpRequest], HttpResponse]


class CodeAttempts:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in GUARDED or not _guesses(request, name):
            return None
        try:
            count(_flow(request, name), request.META["REMOTE_ADDR"])
        except Refused as error:
            return refusal(request, error)
        return None


def count(flow: str, address: str) -> None:
    """One guess more at what this flow waits for; `flow` is whatever names the session that holds the code."""
    digest = hashlib.sha256(flow.encode()).hexdigest()
    limits.spend("code", digest, GUESSES, WINDOW, fail_closed=True)
    limits.spend("code-block", block(address), FROM_ONE_BLOCK, WINDOW, fail_closed=True)


def _guesses(request: HttpRequest, name: str) -> bool:
    if request.method == "GET":
        return any(key in request.headers for key in KEYS)
    if name.startswith(PROGRAMS):
        # allauth looks at the code first and only then whether it knows the method.
        return True
    return request.method in {"POST", "PUT"} and not _does_otherwise(request, name)


def _does_otherwise(request: HttpRequest, name: str) -> bool:
    """Where a page may not do what it is asked for, allauth takes a code that comes with it for a guess."""
    return "code" not in request.POST and request.POST.get("action") in ACTIONS.get(name, set())


def _flow(request: HttpRequest, name: str) -> str:
    """The session holds the code; only a programme may name its session in a header, or a header would reset counts."""
    session = request.session.session_key
    if name.startswith(APPS):
        # As allauth finds it: many a header and many a token name one session.
        session = FamilyStrategy().get_session_token(request)
    return str(session or block(request.META["REMOTE_ADDR"]))
