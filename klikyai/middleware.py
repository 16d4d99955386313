"""A name for every request, and one line in the log when it is answered."""

import contextvars
import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

log = logging.getLogger("klikyai.request")
SANE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
QUIET = ("/healthz", "/readyz", "/static/")

request_id = contextvars.ContextVar[str | None]("request_id", default=None)
user_id = contextvars.ContextVar[str | None]("user_id", default=None)

Answer = Callable[[HttpRequest], HttpResponse]


class RequestName:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if SANE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]
        named = request_id.set(name)
        known = user_id.set(None)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            _note(request, response, time.perf_counter() - started)
        finally:
            request_id.reset(named)
            user_id.reset(known)
        return response


class LeftClean:
    """Whoever signs in next at the same browser finds nothing that was kept there for the one before."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"storage"'
        return response


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    if request.path.startswith(QUIET) and response.status_code < 400:
        return
    user_id.set(_known(request))
    # The path alone: a query string may hold what nobody should read.
    log.info(
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={"status": response.status_code, "milliseconds": round(seconds * 1000, 1)},
    )


def _known(request: HttpRequest) -> str | None:
    """Whoever was looked up while answering; nobody is looked up for the log's sake."""
    user = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:
        user = getattr(request, "_cached_user", None)
    public = getattr(user, "public_id", None)
    return str(public) if public else None
