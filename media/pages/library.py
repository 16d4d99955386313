"""The contact sheet. Works without a script: every action is a form that comes back here."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from pydantic import ValidationError

from accounts import limits
from accounts.access import Rule, rule
from accounts.errors import Refused
from accounts.models import User
from media import sharing, trash
from media.intake import accept_upload
from media.library import Wanted, beside, wall
from media.models import AbuseReport, Asset, Project
from media.pages.recipe import told
from media.pages.words import words

_PAGE = 60
_ROW = 24
_FILTERS = ("search", "kind", "starred", "trash", "project", "tag", "cursor")


@require_GET
@rule(Rule.USER)
def library(request: HttpRequest) -> HttpResponse:
    given = {name: request.GET[name] for name in _FILTERS if request.GET.get(name)}
    try:
        page = wall(_user(request), Wanted.model_validate_strings({"limit": str(_PAGE)} | given))
    except (ValidationError, Refused):
        return redirect("library")
    projects, more = _row(_user(request), given.get("project"), request.GET.get("projects") == "all")
    without_cursor = request.GET.copy()
    without_cursor.pop("cursor", None)
    without_cursor.pop("projects", None)
    query = without_cursor.urlencode()
    sheet = {"items": page["items"], "next": page["pagination"]["next"], "query": query}
    context = page | {
        "given": given,
        "projects": projects,
        "more": more,
        "query": query,
        "sheet": sheet,
        "words": words(),
    }
    return render(request, "media/library.html", context)


def _row(user: User, chosen: str | None, whole: bool) -> tuple[list[Project], int]:
    """The first by name and the one that is looked at; how many more there are."""
    mine = Project.objects.filter(user=user).order_by("name")
    shown = list(mine if whole else mine[: _ROW + 1])
    if whole or len(shown) <= _ROW:
        return shown, 0
    shown = shown[:_ROW]
    if chosen and all(str(project.public_id) != chosen for project in shown):
        shown += mine.filter(public_id=chosen)
    return shown, mine.count() - len(shown)


@require_GET
@rule(Rule.USER)
def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    found = _own(request, asset_id)
    links = found.links.filter(revoked_at=None).order_by("-created_at")
    wanted, query = _looked_for(request)
    newer, older = beside(_user(request), found, wanted)
    context = {
        "asset": found,
        "recipe": told(found.recipe),
        "links": links,
        "newer": newer,
        "older": older,
        "query": query,
    }
    return render(request, "media/asset.html", context)


def _looked_for(request: HttpRequest) -> tuple[Wanted, str]:
    """What the wall was asked for when this print was opened: one goes on in it, and back to it."""
    given = {name: request.GET[name] for name in _FILTERS if name != "cursor" and request.GET.get(name)}
    try:
        return Wanted.model_validate_strings(given), f"?{urlencode(given)}" if given else ""
    except ValidationError:
        return Wanted(), ""


def _back(request: HttpRequest, asset_id: UUID | None = None) -> HttpResponse:
    place = reverse("library-asset", args=[asset_id]) if asset_id else reverse("library")
    return redirect(place + _looked_for(request)[1])


@require_POST
@rule(Rule.USER)
def add(request: HttpRequest) -> HttpResponse:
    for file in request.FILES.getlist("file"):
        try:
            accept_upload(_user(request), file, file.name or "")
        except Refused as refused:
            messages.error(request, f"{file.name}: {refused.message}")
        else:
            messages.success(request, _("%(name)s is in the library.") % {"name": file.name})
    return redirect("library")


@require_POST
@rule(Rule.USER)
def star(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    found = _own(request, asset_id)
    Asset.objects.filter(pk=found.pk).update(starred=not found.starred)
    return _back(request, asset_id)


@require_POST
@rule(Rule.USER)
def throw_away(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    trash.throw_away(_own(request, asset_id))
    messages.success(request, _("In the trash for 30 days. You can take it back from there."))
    return _back(request)


@require_POST
@rule(Rule.USER)
def take_back(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    trash.take_back(_own(request, asset_id))
    return _back(request, asset_id)


@require_POST
@rule(Rule.USER)
def share(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    _link, token = sharing.share(_own(request, asset_id), None)
    messages.success(request, request.build_absolute_uri(f"/shared/{token}/"))
    return _back(request, asset_id)


@require_POST
@rule(Rule.USER)
def revoke(request: HttpRequest, asset_id: UUID, link_id: UUID) -> HttpResponse:
    for link in _own(request, asset_id).links.filter(public_id=link_id):
        sharing.revoke(link)
    return _back(request, asset_id)


@require_POST
@rule(Rule.NOBODY)
def report(request: HttpRequest, token: str) -> HttpResponse:
    link = sharing.shared(token)
    if link is None:
        raise Http404
    limits.spend("abuse-report", str(request.META["REMOTE_ADDR"]), 10, 3600)
    reporter = request.user if isinstance(request.user, User) else None
    reason = request.POST.get("reason", "").replace("\0", "")[:2000] or "-"
    AbuseReport.objects.create(asset=link.asset, reporter=reporter, reason=reason)
    messages.success(request, _("Thank you. A person will look at it."))
    return redirect("shared", token)


def _own(request: HttpRequest, asset_id: UUID) -> Asset:
    found = Asset.objects.of(_user(request)).filter(public_id=asset_id).first()
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
