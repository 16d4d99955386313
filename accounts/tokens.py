"""JWT for apps: allauth makes and reads them, each bound to a session; we make their rotation safe.

A refresh token that comes a second time was copied by somebody. Then the session goes, and with it every token of
its family. allauth alone would only refuse, and two refreshes at once would both be served.
"""

from importlib import import_module
from typing import Any

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.api_keys import MARK
from accounts.errors import Unauthenticated

SessionStore: Any = import_module(settings.SESSION_ENGINE).SessionStore


class FamilyStrategy(JWTTokenStrategy):  # type: ignore[misc]
    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        payload = internal.decode_token(refresh_token, "refresh")
        if payload is None or (name := internal.session_key_from_sid(payload["sid"])) is None:
            return None
        with transaction.atomic():
            if Session.objects.select_for_update().filter(session_key=name).first() is None:
                return None
            session = SessionStore(session_key=name)
            if payload["jti"] not in internal.get_refresh_token_state(session):
                session.delete()
                return None
            tokens: tuple[str, str] | None = super().refresh_token(refresh_token)
            return tokens


class TokenAuthentication(JWTTokenAuthentication):  # type: ignore[misc]
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        words = get_authorization_header(request).split()
        if len(words) == 2 and words[1].startswith(MARK.encode()):
            return None
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is None and words:
            # What nobody recognised must not fall through to the session beside it.
            raise Unauthenticated(_("This token is not valid here."))
        return found

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        user, payload = super().authenticate_credentials(key)
        if not user.is_active:
            raise AuthenticationFailed
        return user, payload


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
