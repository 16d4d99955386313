"""The envelope of /api/v1/ and the one table from an error of the domain to a status of HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
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


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        context = renderer_context or {}
        response, request = context["response"], context["request"]
        body: dict[str, Any] = {"success": response.status_code < 400}
        if body["success"]:
            body |= {"message": getattr(response, "message", ""), "data": data}
        else:
            body |= data
        return orjson.dumps(body | {"meta": _meta(request)}, default=str)


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    if isinstance(error, Refused):
        return _refusal(error.code, error.message, error.details, error.retry_after)
    if isinstance(error, Http404):
        return _refusal("not_found", _("There is nothing here."))
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return _refusal("forbidden", _("You may not do this."))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _refusal("unauthenticated", _("Sign in first."))
    if isinstance(error, exceptions.APIException):
        return _refusal("invalid_request", str(error.detail))
    return None


def _refusal(code: str, message: str, details: Details | None = None, retry_after: int | None = None) -> Response:
    response = Response({"message": message, "error": {"code": code, "details": details or {}}}, status=STATUS[code])
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _meta(request: Request) -> dict[str, Any]:
    user = request.user
    return {
        "user_id": str(user.public_id) if user.is_authenticated else None,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": getattr(request, "request_id", None),
    }
