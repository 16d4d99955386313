"""How often the API may be called. A view may name its own rate; otherwise reading and writing have one each."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import limits

# Guessing must not become free because a service is down.
CLOSED = {"auth"}


class Budget(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        name = getattr(view, "rate", None) or ("read" if request.method in SAFE_METHODS else "write")
        limit, seconds = allowance(request, name)
        limits.spend(f"api-{name}", caller(request), limit, seconds, fail_closed=name in CLOSED)
        return True


def caller(request: Request) -> str:
    """All keys of a person count as that person, so that making keys buys nothing."""
    if request.user.is_authenticated:
        return str(request.user.public_id)
    return str(request.META["REMOTE_ADDR"])


def allowance(request: Request, name: str) -> tuple[int, int]:
    usual: tuple[int, int] = settings.RATES[name]
    if settings.PLAN_RATES and request.user.is_authenticated:
        raised: dict[str, tuple[int, int]] = import_string(settings.PLAN_RATES)(request.user)
        return raised.get(name, usual)
    return usual
