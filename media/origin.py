"""Content on an origin of its own, by setting: whatever slips through inspection finds no cookie there."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotFound
from django.urls import Resolver404, reverse
from django.urls import resolve as resolve_path

from media.content import Content
from media.models import Asset, Derivative

SECONDS = 300
_SALT = "content"
ROUTE = "content"


def link(content: Content, *, attachment: bool) -> str:
    facts = asdict(content) | {"changed": content.changed.isoformat()}
    token = signing.dumps([facts, attachment], salt=_SALT)
    return settings.MEDIA_ORIGIN + reverse(ROUTE, args=[token])


def opened(token: str) -> tuple[Content, bool] | None:
    """Younger than five minutes, and of a file that may still be seen: a takedown does not wait for a link to end."""
    try:
        facts, attachment = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    content = Content(**facts | {"changed": datetime.fromisoformat(facts["changed"])})
    alive = Asset.objects.visible().filter(user__is_active=True)
    whole = alive.filter(path=content.path).exists()
    if whole or Derivative.objects.filter(path=content.path, asset__in=alive).exists():
        return content, attachment
    return None


def is_here(request: HttpRequest) -> bool:
    return bool(settings.MEDIA_ORIGIN) and request.META.get("HTTP_HOST") == urlsplit(settings.MEDIA_ORIGIN).netloc


class OnlyContent:
    """On that origin there is nothing else: no page, no sign-in, no API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_here(request) and _name(request.path_info) != ROUTE:
            return HttpResponseNotFound()
        return self.get_response(request)


def _name(path: str) -> str | None:
    try:
        return resolve_path(path).url_name
    except Resolver404:
        return None
