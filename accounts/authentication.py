"""Who is calling: a key or a token in the Authorization header, or the browser's session."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import api_keys
from accounts.errors import Unauthenticated
from accounts.models import ApiKey, User

SCHEME = "Bearer "


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        secret = bearer(request)
        if secret is None or not secret.startswith(api_keys.MARK):
            return None
        key = api_keys.find(secret)
        if key is None:
            raise Unauthenticated(_("This key is unknown, revoked or expired."))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key (klik_…) or a JWT access token."}


def bearer(request: Request) -> str | None:
    header = request.headers.get("Authorization", "")
    if header[: len(SCHEME)].lower() != SCHEME.lower():
        return None
    return str(header[len(SCHEME) :].strip())
