"""How content goes out: by nginx, by a short-lived link, or by ourselves with ranges. Never into a shared cache."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from accounts.streaming import streamed
from media import origin, ranges, storage
from media.content import Content

CHUNK = 256 << 10


def deliver(request: HttpRequest, content: Content, *, attachment: bool = False) -> HttpResponseBase:
    if settings.MEDIA_ORIGIN:
        return guard(HttpResponseRedirect(origin.link(content, attachment=attachment)))
    return hand_over(request, content, attachment=attachment)


def hand_over(request: HttpRequest, content: Content, *, attachment: bool) -> HttpResponseBase:
    response = _by_nginx(content) if settings.MEDIA_DELIVERY == "accel" else _by_us(request, content)
    disposition = content_disposition_header(attachment, content.name)
    response["Content-Disposition"] = disposition or "inline"
    return guard(response, content)


def guard(response: HttpResponseBase, content: Content | None = None) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever slipped through is opened in a box without scripts or an origin.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if content is not None and "X-Accel-Redirect" not in response:
        response["ETag"] = f'"{content.mark}"'
        response["Last-Modified"] = http_date(content.changed.timestamp())
        response["Accept-Ranges"] = "bytes"
    return response


def _unchanged(request: HttpRequest, content: Content) -> HttpResponseBase | None:
    answer = get_conditional_response(request, f'"{content.mark}"', int(content.changed.timestamp()))
    return answer if isinstance(answer, HttpResponseBase) else None


def _by_nginx(content: Content) -> HttpResponse:
    """Ranges and conditions are its own matter, with marks of its own."""
    response = HttpResponse(content_type=content.mime)
    place = storage.signed_path(content.path, content.mime) if storage.speaks_s3() else quote(content.path)
    response["X-Accel-Redirect"] = settings.MEDIA_ACCEL + place
    return response


def _by_us(request: HttpRequest, content: Content) -> HttpResponseBase:
    if (unchanged := _unchanged(request, content)) is not None:
        return unchanged
    if settings.MEDIA_DELIVERY == "signed":
        return HttpResponseRedirect(storage.signed_link(content.path, content.mime))
    return _stream(request, content)


def _stream(request: HttpRequest, content: Content) -> HttpResponseBase:
    try:
        span = ranges.wanted(_range(request, content), content.bytes)
    except ranges.Unsatisfiable:
        refused = HttpResponse(status=416, content_type=content.mime)
        refused["Content-Range"] = f"bytes */{content.bytes}"
        return refused
    whole = span or ranges.Span(0, content.bytes)
    body = () if request.method == "HEAD" else pieces(storage.open_at(content.path, whole.start), whole.length)
    response = StreamingHttpResponse(streamed(request, body), status=206 if span else 200, content_type=content.mime)
    response["Content-Length"] = str(whole.length)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{content.bytes}"
    return response


def _range(request: HttpRequest, content: Content) -> str | None:
    condition = request.headers.get("If-Range")
    if condition not in {None, f'"{content.mark}"', http_date(content.changed.timestamp())}:
        return None
    return request.headers.get("Range")


def pieces(file: IO[bytes], length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
