"""Asks allauth's headless views from within: what they harden is hardened here too."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import orjson
from allauth.account.models import Login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.constants import Client
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.request import Request

PASSED_ON = ("REMOTE_ADDR", "HTTP_USER_AGENT", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "HTTP_ACCEPT_LANGUAGE")
LOGIN_KEY = "account_login"
SessionStore: Any = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Said:
    status: int
    data: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def pending(self) -> str | None:
        return next((flow["id"] for flow in self.data.get("flows", []) if flow.get("is_pending")), None)


def ask(request: Request, view: Any, said: dict[str, Any], ticket: str = "") -> Said:
    inner = _inner(request, said, ticket)
    with context.request_context(inner):
        try:
            response = view.as_api_view(client=Client.APP)(inner)
        except ImmediateHttpResponse as early:
            response = early.response
    if response.headers.get("Content-Type", "").split(";")[0] != "application/json":
        return Said(response.status_code)
    body = orjson.loads(response.content)
    return Said(response.status_code, body.get("data", {}), body.get("meta", {}), body.get("errors", []))


def pending_step(ticket: str) -> str | None:
    """What the sign-in that this ticket stands for waits for."""
    kept = SessionStore(session_key=ticket).get(LOGIN_KEY)
    if not isinstance(kept, dict):
        return None
    try:
        state = Login.deserialize(kept).state
    except ValueError:
        return None
    current: str | None = state.get("stages", {}).get("current")
    return current


def _inner(request: Request, said: dict[str, Any], ticket: str) -> HttpRequest:
    outer = request._request
    inner = HttpRequest()
    inner.method = "POST"
    inner.path = inner.path_info = outer.path
    inner.META = {name: outer.META[name] for name in PASSED_ON if name in outer.META}
    inner.META |= {"CONTENT_TYPE": "application/json", "wsgi.url_scheme": outer.scheme}
    if ticket:
        inner.META["HTTP_X_SESSION_TOKEN"] = ticket
    inner._body = orjson.dumps(said)
    inner.session = SessionStore()
    inner.user = AnonymousUser()
    inner.allauth = outer.allauth  # type: ignore[attr-defined]
    return inner
