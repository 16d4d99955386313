"""Who listens to a stream, and whether they still may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.authentication import KeyAuthentication
from accounts.errors import Refused
from accounts.models import ApiKey, Scope, User
from accounts.remembered import kept
from accounts.tokens import SessionStore, TokenAuthentication

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Listener:
    user: User
    session: str = ""
    key: int | None = None
    until: float | None = None  # when its token expires


def identify(headers: Headers) -> Listener | None:
    """By the Authorization header if there is one, otherwise by the session's cookie."""
    known = {name.decode("latin1").lower(): value.decode("latin1") for name, value in headers}
    if "authorization" in known:
        return _by_header(known)
    name = _session_name(known.get("cookie", ""))
    request = HttpRequest()
    request.session = SessionStore(session_key=name)
    user = get_user(request) if name else None
    if not isinstance(user, User) or not user.is_active:
        return None
    return Listener(user, session=str(name))


def from_here(headers: Headers) -> bool:
    """Browsers say where a page came from; others can say so too. Who does not is not let in."""
    known = {name.lower(): value.decode("latin1") for name, value in headers}
    origin = known.get(b"origin", "")
    if origin in settings.CORS_ALLOWED_ORIGINS:
        return True
    try:
        here, place = known.get(b"host", "").lower(), urlsplit(origin)
    except ValueError:
        return False
    if not validate_host(split_domain_port(here)[0], settings.ALLOWED_HOSTS):
        return False
    schemes = {"https"} if settings.SESSION_COOKIE_SECURE else {"http", "https"}
    return place.scheme in schemes and place.netloc == here and not place.path


def still_there(listeners: Iterable[Listener]) -> set[Listener]:
    """One look at the database for all of them."""
    everybody = list(listeners)
    ids = {one.user.pk for one in everybody}
    # A new password ends every session but the one that set it, and that one gets a new name.
    users = dict(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", "password"))
    names = {one.session for one in everybody if one.session}
    alive = Session.objects.filter(session_key__in=names, expire_date__gt=timezone.now())
    kept_names = set(alive.values_list("session_key", flat=True))
    sessions = {name for name in names if kept(name) in kept_names}
    keys = set(
        ApiKey.objects.live().filter(pk__in={one.key for one in everybody if one.key}).values_list("pk", flat=True)
    )
    now = timezone.now().timestamp()
    return {
        one
        for one in everybody
        if one.user.pk in users
        and (one.until is None or now < one.until)
        and (one.session in sessions and users[one.user.pk] == one.user.password if one.session else one.key in keys)
    }


def _by_header(known: Mapping[str, str]) -> Listener | None:
    request = Request(HttpRequest())
    request._request.META["HTTP_AUTHORIZATION"] = known["authorization"]
    try:
        found = KeyAuthentication().authenticate(request)
        if found is not None:
            return Listener(found[0], key=found[1].pk) if Scope.READ in found[1].scopes else None
        token = TokenAuthentication().authenticate(request)
    except (Refused, APIException):
        return None
    if token is None:
        return None
    user, claims = token
    return Listener(user, session=str(internal.session_key_from_sid(claims["sid"])), until=float(claims["exp"]))


def _session_name(cookies: str) -> str | None:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return found.value if found is not None else None
