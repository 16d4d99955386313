"""The envelope of /api/v1/ and the one table from an error of the domain to a status of HTTP."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core import exceptions as refusals
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import errors
from accounts.errors import Refused

log = logging.getLogger("klikyai.api")

STATUS = {
    "invalid_request": 400,
    "unauthenticated": 401,
    "insufficient_credits": 402,
    "forbidden": 403,
    "job_canceled": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "still_running": 408,
    "conflict": 409,
    "too_large": 413,
    "unsupported_media": 415,
    "idempotency_mismatch": 422,
    "rate_limited": 429,
    "queue_full": 429,
    "internal": 500,
    "job_failed": 500,
    "unavailable": 503,
}
LOST = (OperationalError, InterfaceError, PoolTimeout, RedisError)
AGAIN = 5
DIALECT = "/v1/"


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        context = renderer_context or {}
        response, request = context["response"], context["request"]
        if response.status_code == 204:
            return b""
        if request.path_info.startswith(DIALECT):
            return orjson.dumps(data, default=str)
        if response.status_code < 400:
            body = {"success": True, "message": str(getattr(response, "message", "")), "data": data}
        else:
            body = {"success": False} | data
        return orjson.dumps(body | {"meta": meta(request)}, default=str)


class PlainJSON(JSONRenderer):
    """For the schema alone: OpenAPI has its own form."""

    media_type = "application/json"


class AlwaysJSON(BaseContentNegotiation):
    """Whatever a client says it accepts, an API path answers what it speaks."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response:
    refused = as_refused(error)
    if refused.code == "internal":
        # Sentry, the log and the test client listen here, as they do for any other page.
        got_request_exception.send(sender=None, request=context["request"]._request)
        log.error("API call failed", exc_info=error)
    elif refused.log != refused.message:
        log.info(refused.log)
    response = Response(body_at(context["request"].path_info, refused), status=STATUS[refused.code])
    for name, value in headers(refused).items():
        response[name] = value
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def as_refused(error: BaseException | None) -> Refused:
    """What a person is told of any error at all."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, exceptions.APIException):
        return _from_rest_framework(error)
    if isinstance(error, Http404):
        return errors.NotFound(_("There is nothing here."))
    if isinstance(error, refusals.PermissionDenied):
        return errors.Forbidden(_("You may not do this."))
    if isinstance(error, refusals.RequestDataTooBig):
        return errors.TooLarge(_("This is too large."))
    if isinstance(error, refusals.SuspiciousOperation | refusals.BadRequest | UnreadablePostError):
        return errors.InvalidRequest(_("This request cannot be read."))
    if isinstance(error, LOST):
        return errors.Unavailable(_("This is not possible right now. Try again shortly."), log=repr(error))
    return errors.Internal(_("Something went wrong here. It has been noted."))


def _from_rest_framework(error: exceptions.APIException) -> Refused:
    if isinstance(error, exceptions.ValidationError):
        return errors.InvalidRequest(_("Some of this is not right."), details=_by_field(error.detail))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return errors.Unauthenticated(_("Sign in first."))
    if isinstance(error, exceptions.PermissionDenied):
        return errors.Forbidden(_("You may not do this."))
    if isinstance(error, exceptions.NotFound):
        return errors.NotFound(_("There is nothing here."))
    if isinstance(error, exceptions.MethodNotAllowed):
        return errors.MethodNotAllowed(_("This cannot be done here."))
    if isinstance(error, exceptions.UnsupportedMediaType):
        return errors.UnsupportedMedia(_("This kind of content is not accepted here."))
    if isinstance(error, exceptions.Throttled):
        return errors.RateLimited(
            _("Too many tries. Wait a little."), retry_after=int(getattr(error, "wait", None) or 1)
        )
    return errors.InvalidRequest(_("This request cannot be read."))


def _by_field(detail: Any, name: str = "") -> dict[str, list[str]]:
    if isinstance(detail, Mapping):
        nested = [_by_field(value, f"{name}.{key}".lstrip(".")) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(value, Mapping | list) for value in detail):
        nested = [_by_field(value, f"{name}.{place}".lstrip(".")) for place, value in enumerate(detail)]
    else:
        return {name or "body": [str(value) for value in (detail if isinstance(detail, list) else [detail])]}
    return {field: sentences for fields in nested for field, sentences in fields.items()}


def refusal_body(refused: Refused) -> dict[str, Any]:
    return {"message": refused.message, "error": {"code": refused.code, "details": refused.details}}


def body_at(path: str, refused: Refused) -> dict[str, Any]:
    """The refusal as this path speaks."""
    return dialect_body(refused) if path.startswith(DIALECT) else refusal_body(refused)


def dialect_body(refused: Refused) -> dict[str, Any]:
    """As OpenAI's clients read it."""
    status, field = STATUS[refused.code], next(iter(refused.details), None)
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    message = f"{field}: {refused.details[field][0]}" if field else refused.message
    return {"error": {"message": message, "type": kind, "param": field, "code": refused.code}}


def headers(refused: Refused) -> dict[str, str]:
    found = {}
    wait = refused.retry_after or (AGAIN if STATUS[refused.code] in {429, 503} else None)
    if wait is not None:
        found["Retry-After"] = str(wait)
    if refused.code == "unauthenticated":
        found["WWW-Authenticate"] = "Bearer"
    return found


def meta(request: Request | HttpRequest) -> dict[str, Any]:
    # Only who is known already: asking again would ask the very database that may have just gone.
    user = request.__dict__.get("_user")
    return {
        "user_id": str(user.public_id) if user is not None and user.is_authenticated else None,
        "timestamp": now(),
        "request_id": getattr(request, "request_id", None),
    }


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
