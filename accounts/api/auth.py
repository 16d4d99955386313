"""Sign-up, sign-in and sign-out for programs: short doors over allauth's own."""

from typing import Annotated, Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.constants import LoginStageKey
from allauth.headless.account import views as account
from allauth.headless.mfa import views as mfa
from allauth.headless.tokens.strategies.jwt import internal
from allauth.mfa.internal.constants import LoginStageKey as MFAStageKey
from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import Field, SecretStr, model_validator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import attempts, limits
from accounts.access import Rule
from accounts.api.allauth_door import Said, ask, pending_step
from accounts.errors import Forbidden, InvalidRequest, RateLimited, Unauthenticated, Unavailable
from accounts.models import ApiKey
from accounts.reading import Body, read
from accounts.replies import Reply
from accounts.tokens import FamilyStrategy, SessionStore

Email = Annotated[str, Field(max_length=254, examples=["alice@example.org"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=128)]
CONFIRMATIONS = {
    LoginStageKey.LOGIN_BY_CODE.value: (account.ConfirmLoginCodeView, "code"),
    LoginStageKey.VERIFY_EMAIL.value: (account.VerifyEmailView, "key"),
    MFAStageKey.MFA_AUTHENTICATE.value: (mfa.AuthenticateView, "code"),
}
WRONG_PERSON = {"email_password_mismatch", "invalid_login"}
TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class Registration(Body):
    email: Email
    password: Password | None = Field(default=None, description="Optional: without one, codes by e-mail sign in.")


class SignIn(Body):
    """E-mail and password; or the e-mail alone, then a code comes; or the ticket of an earlier answer and the code."""

    email: Email | None = None
    password: Password | None = None
    ticket: str | None = Field(default=None, max_length=64)
    code: str | None = Field(default=None, max_length=32)

    @model_validator(mode="after")
    def _one_way(self) -> "SignIn":
        by_code = bool(self.ticket and self.code) and self.email is None and self.password is None
        if not by_code and (self.email is None or self.ticket is not None or self.code is not None):
            raise ValueError("Send email (and password), or ticket and code.")
        return self


class Refresh(Body):
    refresh_token: str = Field(max_length=4096)


class Tokens(Body):
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN


class Pending(Body):
    pending: str = Field(examples=["login_by_code"])
    ticket: str = Field(description="Send it back with the code.")


class Register(APIView):
    access = Rule.NOBODY
    rate = "auth"

    @extend_schema(operation_id="register", summary="Make an account", request=Registration, responses={202: Pending})
    def post(self, request: Request) -> Response:
        wanted = read(request, Registration)
        said = ask(request, account.SignupView, _plain(wanted))
        return _answer(said)


class Login(APIView):
    access = Rule.NOBODY

    @extend_schema(operation_id="login", summary="Sign in", request=SignIn, responses={200: Tokens, 202: Pending})
    def post(self, request: Request) -> Response:
        wanted = read(request, SignIn)
        if wanted.ticket is not None:
            return self._confirm(request, wanted.ticket, wanted.code or "")
        # A beginning counts here; guesses at its code have a count of their own.
        limits.spend("api-auth", str(request.META["REMOTE_ADDR"]), *settings.RATES["auth"], fail_closed=True)
        view = account.LoginView if wanted.password is not None else account.RequestLoginCodeView
        return _answer(ask(request, view, _plain(wanted)))

    def _confirm(self, request: Request, ticket: str, code: str) -> Response:
        view, name = CONFIRMATIONS.get(pending_step(ticket) or "", (None, ""))
        if view is None:
            raise _stale()
        attempts.count(ticket, str(request.META["REMOTE_ADDR"]))
        return _answer(ask(request, view, {name: code}, ticket), ticket)


class Renewal(APIView):
    access = Rule.NOBODY
    # An access token that has run out may stand beside it, and must not be in the way.
    authentication_classes = ()

    @extend_schema(operation_id="refresh", summary="New tokens for old", request=Refresh, responses=Tokens)
    def post(self, request: Request) -> Response:
        pair = FamilyStrategy().refresh_token(read(request, Refresh).refresh_token)
        if pair is None:
            raise Unauthenticated(_("This token does not work any more. Sign in again."))
        return Response(Tokens(access_token=pair[0], refresh_token=pair[1]).model_dump())


class Logout(APIView):
    access = Rule.USER

    @extend_schema(operation_id="logout", summary="Sign out here", request=None, responses={200: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiKey):
            raise InvalidRequest(_("A key cannot sign out. Revoke it instead."))
        inner = request._request
        if isinstance(request.auth, dict):
            inner.session = SessionStore(session_key=internal.session_key_from_sid(request.auth["sid"]))
            inner.user = request.user
        get_adapter().logout(inner)
        return Reply(None, _("You are signed out."))


def _plain(wanted: Registration | SignIn) -> dict[str, Any]:
    said: dict[str, Any] = {"email": wanted.email}
    if wanted.password is not None:
        said["password"] = wanted.password.get_secret_value()
    return said


def _answer(said: Said, ticket: str = "") -> Response:
    if said.status == 200 and "access_token" in said.meta:
        return Response(Tokens(**{name: said.meta[name] for name in ("access_token", "refresh_token")}).model_dump())
    if said.status == 401 and said.pending:
        pending = Pending(pending=said.pending, ticket=said.meta.get("session_token", ticket))
        return Reply(pending.model_dump(), _("A code is needed now. If it goes by mail, it is on its way."), status=202)
    raise _refusal(said)


def _refusal(said: Said) -> Exception:
    codes = {error.get("code") for error in said.errors}
    if codes & WRONG_PERSON:
        return Unauthenticated(_("The e-mail address or the password is not right."))
    if said.status == 429 or codes & TOO_MANY:
        return RateLimited(_("Too many tries. Wait a little."), retry_after=300)
    if said.status == 503:
        return Unavailable(_("No mail can be sent right now. Try again shortly."))
    if said.status == 403:
        return Forbidden(_("Sign-up is closed here."))
    if said.status == 401:
        return Unauthenticated(_("Sign in first."))
    if said.status in {409, 410}:
        return _stale()
    details: dict[str, list[str]] = {}
    for error in said.errors:
        details.setdefault({"key": "code"}.get(error.get("param", ""), error.get("param", "body")), []).append(
            error["message"]
        )
    return InvalidRequest(_("Some of this is not right."), details=details)


def _stale() -> Exception:
    return InvalidRequest(_("This code does not work any more. Ask for a new one."))
