"""Who really calls: forwarded headers count only from as many proxies as the operator said there are."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


class Proxies:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = settings.TRUSTED_PROXIES
        if count:
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            # Each of our proxies appended one; anything further left is only what the caller claims.
            if len(hops) >= count:
                request.META["REMOTE_ADDR"] = hops[-count]
        request.forwarded = any(name in request.META for name in FORWARDED)  # type: ignore[attr-defined]
        for name in FORWARDED:
            # The protocol is read by Django itself, and only where there is a proxy that sets it.
            if not (count and name == "HTTP_X_FORWARDED_PROTO"):
                request.META.pop(name, None)
        return self.get_response(request)
