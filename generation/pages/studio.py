"""Where things are made. The page comes with everything it shows first, so that nothing jumps when it is alive."""

import json
from typing import Any
from uuid import UUID

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
    return redirect("studio-tool", "text_to_image")


@require_GET
@rule(Rule.USER)
def tool(request: HttpRequest, name: str) -> HttpResponse:
    if name not in tools.every():
        raise Http404
    if tools.named(name) not in tools.composed():
        return redirect(f"{reverse('studio-tool', args=[INSTEAD])}?{request.GET.urlencode()}")
    offer = offered(tools.named(name), enabled_models())
    context = {
        "tool": offer,
        "model": offer["models"][0] if offer["models"] else None,
        "words": words(),
        "state": {
            "tool": offer,
            "pictures": {style: static(f"img/styles/{file}.webp") for style, file in PICTURES.items()},
            **_own(person(request), name),
            **_wanted(request),
        },
    }
    return render(request, "generation/studio.html", context)


def _own(user: User, tool: str) -> dict[str, Any]:
    # The number first: what happens meanwhile is told once more, which does no harm.
    seq = broadcast.latest(user)
    rolls = Job.objects.filter(user=user)
    jobs = list(rolls.select_related("project").order_by("-created_at", "-pk")[:FRAMES])
    return {
        "seq": seq,
        "jobs": json.loads(json.dumps(broadcast.described(jobs), default=str)),
        "roll": rolls.count(),
        "presets": [presets.described(preset) for preset in presets.of(user, tool)],
    }


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """What the address asks to begin with; anything else in it is nothing."""
    user, source = person(request), _named(request, "image")
    return {
        "source": str(source) if source and one_of(user, source) else None,
        "remix": recipe_of(user, _named(request, "remix")),
        "preset": presets.opened_by(user, _named(request, "preset")),
    }


def _named(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
