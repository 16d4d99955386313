"""The budget of calls each caller has, by the kind of call; figures that a plan may raise later."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import limits
from accounts.models import ApiKey

READS_A_SECOND = 15
WRITES_A_MINUTE = 30
STRANGERS_A_MINUTE = 60


class Budget(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        if (own := getattr(view, "budget", None)) is not None:
            limits.spend(own.scope, str(request.META["REMOTE_ADDR"]), own.limit, own.seconds, fail_closed=True)
        elif not request.user.is_authenticated:
            limits.spend("stranger", str(request.META["REMOTE_ADDR"]), STRANGERS_A_MINUTE, 60)
        elif request.method in SAFE_METHODS:
            limits.spend("read", caller(request), READS_A_SECOND, 1)
        else:
            limits.spend("write", caller(request), WRITES_A_MINUTE, 60)
        return True


def caller(request: Request) -> str:
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}"
    return f"user:{request.user.pk}"
