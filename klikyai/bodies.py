"""A bound on bodies where they arrive. Daphne writes a whole body to disk before any of our code sees it."""

import re
import uuid
from typing import Any

import orjson
from daphne import http_protocol
from daphne.server import reactor
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import theme
from accounts.errors import TooLarge
from klikyai import api
from klikyai.failures import PROGRAMS

# A client that is still sending gets this long to hear why.
LINGER = 2
HTML = "text/html; charset=utf-8"


class CountedRequest(http_protocol.WebRequest):  # type: ignore[misc]
    received = 0
    refused = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length is not None and length > self._limit():
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if not self.refused and self.received > self._limit():
            self._refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def process(self) -> Any:
        if self.refused:
            return None
        # Who sends in chunks names no length, and without one Django reads nothing: "saved", and it is not.
        if self.received and not self.requestHeaders.hasHeader(b"content-length"):
            self.requestHeaders.setRawHeaders(b"content-length", [str(self.received).encode()])
        return super().process()

    def _limit(self) -> int:
        larger = (size for pattern, size in settings.LARGER_BODIES.items() if re.match(pattern, self._address()))
        return next(larger, settings.LARGEST_BODY)

    def _address(self) -> str:
        return str(getattr(self.channel, "_path", b"").decode("latin-1"))

    def _refuse(self) -> None:
        self.refused = True
        self.channel.transport.write(_answer(self._address()))
        reactor.callLater(LINGER, self.channel.transport.abortConnection)


def _answer(path: str) -> bytes:
    name = uuid.uuid4().hex
    kind, body = ("application/json", _said(path, name)) if path.startswith(PROGRAMS) else (HTML, _page())
    head = f"HTTP/1.1 413 Payload Too Large\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}X-Request-ID: {name}\r\nConnection: close\r\n\r\n".encode() + body


def _said(path: str, name: str) -> bytes:
    meta = {"user_id": None, "timestamp": api.now(), "request_id": name}
    told = api.body_at(path, TooLarge(_("This is too large.")))
    return orjson.dumps(told if path.startswith(api.DIALECT) else {"success": False} | told | {"meta": meta})


def _page() -> bytes:
    shown = {"status": 413, "message": _("This is too large."), "advice": "", "theme": theme.THEMES[0]}
    return render_to_string("failed.html", shown).encode()


def count() -> None:
    """From here on, for every connection that daphne takes."""
    http_protocol.WebRequest = CountedRequest
