"""Where things are made. The page comes with everything it shows first, so that nothing jumps when it is alive."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.access import Rule, person, rule
from generation import broadcast, tools
from generation.models import Job
from generation.offers import enabled_models, offered
from generation.pages.words import words
from media.outputs import one_of, recipe_of

FRAMES = 24


@require_GET
@rule(Rule.USER)
def studio(request: HttpRequest) -> HttpResponse:
    return redirect("studio-tool", "text_to_image")


@require_GET
@rule(Rule.USER)
def tool(request: HttpRequest, name: str) -> HttpResponse:
    if name not in tools.every():
        raise Http404
    user, models = person(request), enabled_models()
    offer = offered(tools.named(name), models)
    rolls = Job.objects.filter(user=user)
    jobs = list(rolls.select_related("project").order_by("-created_at", "-pk")[:FRAMES])
    context = {
        "tool": offer,
        "model": offer["models"][0] if offer["models"] else None,
        "words": words(),
        "state": {
            "tool": offer,
            "jobs": json.loads(json.dumps(broadcast.described(jobs), default=str)),
            "roll": rolls.count(),
            "source": _source(request),
            "remix": recipe_of(user, _named(request, "remix")),
        },
    }
    return render(request, "generation/studio.html", context)


def _source(request: HttpRequest) -> str | None:
    """A picture of theirs to start from; anything else in the address is nothing."""
    wanted = _named(request, "image")
    return str(wanted) if wanted and one_of(person(request), wanted) else None


def _named(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
