"""What somebody sees who has not signed in yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.access import Rule, rule
from billing.models import Pack
from generation.catalogue import default_for

# Drawn by training/sketch/album.py; the large one first.
SHEET = (
    ("owl", _("an owl in the forest at night"), _("night glow")),
    ("whale", _("a blue whale underwater"), _("paper cut")),
    ("cacti", _("three cacti in the desert at sunset"), _("flat")),
    ("lighthouse", _("a lighthouse on the sea"), _("watercolour")),
    ("cat", _("a pink cat in the city at night"), _("neon")),
    ("mushrooms", _("three red mushrooms in the fog"), _("ink line")),
    ("rocket", _("a red rocket in space"), _("pixel art")),
    ("rabbit", _("a white rabbit in the garden"), _("crayon")),
    ("boat", _("a yellow boat at night"), _("night glow")),
    ("balloons", _("three balloons in the mountains"), _("paper cut")),
    ("umbrella", _("a red umbrella in the rain"), _("watercolour")),
    ("penguins", _("three penguins in the snow"), _("flat")),
)


@rule(Rule.NOBODY)
def front(request: HttpRequest) -> HttpResponse:
    shown = {"large": SHEET[0], "sheet": SHEET[1:], "packs": Pack.objects.filter(active=True)}
    return render(request, "klikyai/front.html", shown | {"model": default_for("text_to_image")})
