"""Where things are made. The page comes with everything it shows first, so that nothing jumps when it is alive."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import Rule, person, rule
from accounts.models import User
from generation import broadcast, presets, tools
from generation.models import Job
from generation.offers import enabled_models, offered
from generation.pages.words import words
from media.outputs import one_of, recipe_of

FRAMES = 24
INSTEAD = "image_to_image"  # where a picture goes on whose tool has no page
# One boat, drawn in each style by training/sketch/album.py.
PICTURES = {
    "flat": "flat", "cartoon": "flat", "watercolour": "watercolour", "crayon": "crayon", "artistic": "crayon",
    "ink line": "ink", "sketch": "ink", "pixel art": "pixel", "neon": "neon", "paper cut": "papercut",
    "night glow": "glow",
}  # fmt: skip


@require_GET
@rule(Rule.USER)
def studio(request: HttpRequest) -> HttpResponse:
    """Or to where a job of theirs was asked for."""
    opened = _opened(request)
    if opened is None:
        return redirect("studio-tool", "text_to_image")
    return redirect(f"{reverse('studio-tool', args=[opened.tool])}?job={opened.public_id}")


@require_GET
@rule(Rule.USER)
def tool(request: HttpRequest, name: str) -> HttpResponse:
    if name not in tools.every():
        raise Http404
    if tools.named(name) not in tools.composed():
        return redirect(f"{reverse('studio-tool', args=[INSTEAD])}?{request.GET.urlencode()}&instead={name}")
    offer = offered(tools.named(name), enabled_models())
    context = {
        "tool": offer,
        "model": offer["models"][0] if offer["models"] else None,
        "words": words(),
        "state": {
            "tool": offer,
            "pictures": {style: static(f"img/styles/{file}.webp") for style, file in PICTURES.items()},
            **_own(person(request), name, _opened(request)),
            **_wanted(request),
        },
    }
    return render(request, "generation/studio.html", context)


def _own(user: User, tool: str, opened: Job | None) -> dict[str, Any]:
    # The number first: what happens meanwhile is told once more, which does no harm.
    seq = broadcast.latest(user)
    rolls = Job.objects.filter(user=user)
    jobs = list(rolls.select_related("project").order_by("-created_at", "-pk")[:FRAMES])
    older = [] if opened is None else _sheet(opened, jobs)
    shown = broadcast.described([*jobs, *older])
    if older:
        newest = rolls.filter(created_at__lte=older[0].created_at).count()
        shown[len(jobs) :] = [job | {"number": newest - place} for place, job in enumerate(shown[len(jobs) :])]
    return {
        "seq": seq,
        "jobs": json.loads(json.dumps(shown, default=str)),
        "roll": rolls.count(),
        "opened": opened and {"job": str(opened.public_id), "sheet": opened.sheet and str(opened.sheet)},
        "presets": [presets.described(preset) for preset in presets.of(user, tool)],
    }


def _sheet(opened: Job, known: Sequence[Job]) -> list[Job]:
    """The job and what it is compared with, where the newest do not hold it already. Programs may mark thousands."""
    rows = Job.objects.filter(user=opened.user_id).exclude(pk__in=[job.pk for job in known])
    same = Q(pk=opened.pk) if opened.sheet is None else Q(sheet=opened.sheet)
    wanted_first = Case(When(pk=opened.pk, then=0), default=1)
    found = rows.filter(same).select_related("project").order_by(wanted_first, "-created_at", "-pk")[:FRAMES]
    return sorted(found, key=lambda job: (job.created_at, job.pk), reverse=True)


def _opened(request: HttpRequest) -> Job | None:
    named = _named(request, "job")
    return Job.objects.filter(user=person(request), public_id=named).first() if named else None


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """What the address asks to begin with; anything else in it is nothing."""
    user, source = person(request), _named(request, "image")
    return {
        "source": str(source) if source and one_of(user, source) else None,
        "instead": request.GET.get("instead"),
        "remix": recipe_of(user, _named(request, "remix")) or _asked(user, _named(request, "again")),
        "preset": presets.opened_by(user, _named(request, "preset")),
    }


def _asked(user: User, job: UUID | None) -> dict[str, Any] | None:
    return Job.objects.filter(user=user, public_id=job).values_list("params", flat=True).first() if job else None


def _named(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
