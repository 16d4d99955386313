"""Pages that belong to no single app."""

import re
import sys

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import letters_shown, theme
from accounts.access import Rule, rule
from accounts.errors import Forbidden, NotFound, Refused
from klikyai import api, failures, mailbox

ADVICE = {
    400: gettext_lazy("Go back and try once more."),
    403: gettext_lazy("If a form brought you here, go back, reload the page and send it again."),
    404: gettext_lazy("The address may be mistyped, or what was here is gone."),
    429: gettext_lazy("Wait a few minutes, then try again. Nothing was lost."),
    503: gettext_lazy("Nothing was charged for what did not happen. Try again in a moment."),
}

SERVER = 500


@rule(Rule.NOBODY)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to keep the studio beside its other apps."""
    icons = [
        {
            "src": static(f"img/app-{side}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for side in (192, 512)
    ]
    shown = {
        "name": "KlikyAI", "short_name": "KlikyAI", "description": _("Describe it. Watch it develop."),
        "start_url": "/studio/", "scope": "/", "display": "standalone", "background_color": "#120e0b",
        "theme_color": "#120e0b", "icons": icons,
    }  # fmt: skip
    return JsonResponse(shown, content_type="application/manifest+json", headers={"Cache-Control": "max-age=3600"})


@rule(Rule.NOBODY)
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever builds a page. In production there is no such page."""
    if not settings.MAIL_ON_A_PAGE:
        raise Http404
    sprite = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text()
    return render(request, "dev/components.html", {"icons": re.findall(r'symbol id="(\w+)"', sprite)})


@rule(Rule.NOBODY)
def mail(request: HttpRequest) -> HttpResponse:
    """What would have been sent, on a machine without a mail server. In production there is no such page."""
    if not letters_shown.to(request):
        raise Http404
    return render(request, "dev/mail.html", {"letters": mailbox.newest(settings.EMAIL_FILE_PATH)})


@rule(Rule.NOBODY)
def nothing(request: HttpRequest, _where: str = "") -> HttpResponse:
    raise Http404


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, api.as_refused(exception))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, Forbidden(_("You may not do this.")))


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refused(request, Forbidden(_("This form did not come from here. Reload the page and try again.")))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, NotFound(_("There is nothing here.")))


def broken(request: HttpRequest) -> HttpResponse:
    return refused(request, api.as_refused(sys.exc_info()[1]))


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    if failures.for_programs(request):
        return failures.refuse(request, error)
    status = api.STATUS[error.code]
    shown = {"status": status, "message": error.message, "advice": ADVICE.get(status, "")}
    headers = api.headers(error)
    if status < SERVER:
        return HttpResponse(render_to_string("lost.html", shown, request), status=status, headers=headers)
    # Without context processors: the database may be what is broken.
    page = render_to_string("failed.html", shown | {"theme": theme.chosen(request)})
    return HttpResponse(page, status=status, headers=headers)
