"""Every route there is, and who may use it. Ours say so themselves; those of libraries are declared here."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Rule

# The first that matches counts.
LIBRARIES = [
    (r"admin/(login|logout)/$|admin/r/", Rule.NOBODY),
    (r"admin/", Rule.STAFF),
    (r"django-rq/", Rule.OPERATOR),
    (r"accounts/(email|password/change|password/set|reauthenticate|3rdparty|sessions)/$", Rule.USER),
    (r"accounts/2fa/(authenticate|webauthn/login)/$", Rule.NOBODY),
    (r"accounts/2fa/", Rule.USER),
    (r"accounts/", Rule.NOBODY),
    (r"_allauth/\w+/v1/account/", Rule.USER),
    (r"_allauth/\w+/v1/auth/(sessions|reauthenticate|2fa/reauthenticate|webauthn/reauthenticate)$", Rule.USER),
    (r"_allauth/", Rule.NOBODY),
    (r"api/v1/(schema|docs)/$", Rule.NOBODY),
]
SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "str": "x", "path": "1", "slug": "x"}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")


class Route(NamedTuple):
    pattern: str
    callback: Any
    rule: Rule | None
    ours: bool

    @property
    def api(self) -> bool:
        return hasattr(self.callback, "cls") and self.ours

    @property
    def methods(self) -> list[str]:
        if self.api:
            return [method for method in self.callback.cls().allowed_methods if method != "OPTIONS"]
        return ["GET", "POST"]

    @property
    def address(self) -> str:
        plain = re.sub(r"\(\?P<\w+>([^()|]+)(?:\|[^()]+)?\)\??", r"\1", self.pattern)
        plain = CONVERTER.sub(lambda found: SAMPLES[found[1] or "str"], plain)
        plain = plain.replace("(?:api|v1)", "api").replace("^", "").replace("$", "").replace("/?", "/")
        return "/" + plain.replace(r"[\w]+", "x").replace("[^/]+", "x").replace(".*", "x").replace("?/", "/")


def every_route() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Route]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, text)
        else:
            yield _route(text, pattern.callback)


def _route(pattern: str, callback: Any) -> Route:
    made = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    own = getattr(callback, "access", None) or getattr(made, "access", None)
    if own is not None:
        return Route(pattern, callback, own, True)
    return Route(pattern, callback, next((rule for start, rule in LIBRARIES if re.match(start, pattern)), None), False)
