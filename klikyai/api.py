"""The envelope of /api/v1/ and the one table from an error of the domain to a status of HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from accounts.errors import Details, Refused

STATUS = {
    "invalid_request": 400,
    "unauthenticated": 401,
    "insufficient_credits": 402,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "unsupported_media": 415,
    "idempotency_mismatch": 422,
    "rate_limited": 429,
    "queue_full": 429,
    "unavailable": 503,
}
CODE_OF = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 413: "too_large", 415: "unsupported_media"}


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        context = renderer_context or {}
        response, request = context["response"], context["request"]
        if response.status_code >= 400:
            return _bytes(request, data | {"success": False})
        return _bytes(request, {"success": True, "message": getattr(response, "message", ""), "data": data})


class PlainJSON(JSONRenderer):
    """For the schema alone: OpenAPI has its own form."""

    media_type = "application/json"


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    if isinstance(error, Refused):
        return _refusal(error.code, error.message, error.details, error.retry_after)
    if isinstance(error, Http404):
        return _refusal("not_found", _("There is nothing here."))
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return _refusal("forbidden", _("You may not do this."))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _refusal("unauthenticated", _("Sign in first."), challenge=True)
    if isinstance(error, RequestDataTooBig):
        return _refusal("too_large", _("The body is larger than this address takes."))
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return _refusal("unavailable", _("This is not possible right now. Try again shortly."), retry_after=5)
    if isinstance(error, exceptions.APIException):
        code = CODE_OF.get(error.status_code, "invalid_request")
        response = _refusal(code, str(error.detail))
        response.status_code = error.status_code
        return response
    return None


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return plain(request, "not_found", _("There is nothing here."))


def plain(request: HttpRequest, code: str, message: str, status: int | None = None) -> HttpResponse:
    """The envelope for what fails before or outside REST framework."""
    body = {"success": False, "message": message, "error": {"code": code, "details": {}}}
    return HttpResponse(_bytes(request, body), content_type="application/json", status=status or STATUS[code])


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/v1/"))


def _refusal(
    code: str, message: str, details: Details | None = None, retry_after: int | None = None, challenge: bool = False
) -> Response:
    response = Response({"message": message, "error": {"code": code, "details": details or {}}}, status=STATUS[code])
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if challenge:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _bytes(request: Any, body: dict[str, Any]) -> bytes:
    # Not request.user where authentication itself failed: asking again would fail again.
    user = getattr(request, "_user", None)
    meta = {
        "user_id": str(user.public_id) if user is not None and user.is_authenticated else None,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": getattr(request, "request_id", None),
    }
    return orjson.dumps(body | {"meta": meta}, default=str)
