"""The only page of the content's own origin."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import Rule, rule
from media import origin
from media.delivery import hand_over


@require_safe
@rule(Rule.NOBODY)
def content(request: HttpRequest, token: str) -> HttpResponseBase:
    found = origin.opened(token) if origin.is_here(request) else None
    if found is None:
        raise Http404
    response = hand_over(request, found[0], attachment=found[1])
    # Our pages lie on another origin; who has no link has nothing to embed.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
