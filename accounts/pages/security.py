from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import Rule, rule


@rule(Rule.USER)
def security(request: HttpRequest) -> HttpResponse:
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    factors = {
        "phones": bool(settings.SMS_GATEWAY),
        "totp": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "recovery": Authenticator.Type.RECOVERY_CODES in kinds,
    }
    return render(request, "accounts/security.html", factors)
