"""Pages that belong to no single app."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from accounts.access import Rule, rule
from klikyai import api, mailbox

MESSAGES = {
    400: _("This request cannot be understood."),
    403: _("You may not do this."),
    404: _("There is nothing here."),
    500: _("Something broke on our side. It was noted."),
}


@rule(Rule.NOBODY)
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "klikyai/front.html")


@rule(Rule.NOBODY)
def mail(request: HttpRequest) -> HttpResponse:
    """What would have been sent, on a machine without a mail server. In production there is no such page."""
    if not settings.MAIL_ON_A_PAGE:
        raise Http404
    return render(request, "dev/mail.html", {"letters": mailbox.newest(settings.EMAIL_FILE_PATH)})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 400, "invalid_request")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 403, "forbidden")


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _failed(request, 403, "forbidden")


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 404, "not_found")


def broken(request: HttpRequest) -> HttpResponse:
    return _failed(request, 500, "unavailable")


def _failed(request: HttpRequest, status: int, code: str) -> HttpResponse:
    if api.is_api(request):
        return api.plain(request, code, str(MESSAGES[status]), status)
    # Without context processors: the database may be what is broken.
    return HttpResponse(render_to_string("failed.html", {"status": status, "message": MESSAGES[status]}), status=status)
