"""How often the API may be called. A view may name its own rate; otherwise reading and writing have one each."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import limits
from accounts.errors import RateLimited

# Neither guessing nor spending may become free of limits because a service is down.
CLOSED = {"auth", "generate"}


class Budget(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        name = getattr(view, "rate", None) or ("read" if request.method in SAFE_METHODS else "write")
        limit, seconds = settings.RATES[name]
        try:
            limits.spend(f"api-{name}", caller(request), limit, seconds, fail_closed=name in CLOSED)
        except RateLimited:
            # Only who has used up what everybody has is asked for a plan: it costs a query.
            more = allowance(request, name) - limit
            if more <= 0:
                raise
            limits.spend(f"api-{name}-plan", caller(request), more, seconds, fail_closed=name in CLOSED)
        return True


def caller(request: Request) -> str:
    """All keys of a person count as that person, so that making keys buys nothing."""
    if request.user.is_authenticated:
        return str(request.user.public_id)
    return str(request.META["REMOTE_ADDR"])


def allowance(request: Request, name: str) -> int:
    """Calls in the usual window, as the caller's plan has it."""
    usual: int = settings.RATES[name][0]
    if settings.PLAN_RATES and request.user.is_authenticated:
        raised: dict[str, int] = import_string(settings.PLAN_RATES)(request.user)
        return raised.get(name, usual)
    return usual
