from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import theme
from accounts.access import Rule, rule

YEAR = 365 * 24 * 3600


@rule(Rule.NOBODY)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    response = back(request)
    if (wanted := request.POST.get("theme")) in theme.THEMES:
        keep(response, theme.COOKIE, str(wanted))
    return response


def back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    return HttpResponseRedirect(target)


def keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
