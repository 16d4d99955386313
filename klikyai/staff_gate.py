"""Before everything that only staff may see: the right address, the studio's own sign-in, a second factor."""

import ipaddress
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from csp.constants import NONCE as csp_nonce
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.access import Rule, allows

DESKS = ("/admin/", "/django-rq/")
# The desk is written in Alpine, which evaluates what stands in its attributes: docs/adr/0013-policy-of-the-desk.md.
POLICY = {
    "script-src": ["'self'", csp_nonce, "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class StaffGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DESKS):
            return self.get_response(request)
        if (turned_away := _look(request)) is not None:
            return turned_away
        response = self.get_response(request)
        response._csp_replace = POLICY  # type: ignore[attr-defined]
        return response


def _look(request: HttpRequest) -> HttpResponse | None:
    if not _known_address(request.META["REMOTE_ADDR"]):
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    needed = Rule.OPERATOR if request.path_info.startswith("/django-rq/") else Rule.STAFF
    if not allows(needed, request.user):
        raise PermissionDenied
    if settings.ADMIN_REQUIRES_MFA and not _has_second_factor(request):
        messages.warning(request, _("Staff need a second factor: set one up first."))
        return redirect("mfa_index")
    return None


def _known_address(address: str) -> bool:
    networks = settings.ADMIN_ALLOWED_ADDRESSES
    if not networks:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in networks)


def _has_second_factor(request: HttpRequest) -> bool:
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type__in=SECOND).exists())
