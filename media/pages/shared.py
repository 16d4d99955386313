"""What somebody without an account sees of one file, if the link is alive."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.access import Rule, rule
from media.delivery import deliver
from media.likenesses import content_of
from media.models import ShareLink
from media.sharing import count_view
from media.sharing import shared as find_shared


@rule(Rule.NOBODY)
def shared(request: HttpRequest, token: str) -> HttpResponseBase:
    link = _alive(token)
    count_view(link)
    response = render(request, "media/shared.html", {"asset": link.asset, "token": token})
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return _unlisted(response)


@rule(Rule.NOBODY)
def shared_content(request: HttpRequest, token: str) -> HttpResponseBase:
    content = content_of(_alive(token).asset, None)
    if content is None:
        raise Http404
    return _unlisted(deliver(request, content, attachment="download" in request.GET))


def _alive(token: str) -> ShareLink:
    link = find_shared(token)
    if link is None:
        raise Http404
    return link


def _unlisted(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
