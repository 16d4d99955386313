"""What hangs beside the door."""

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from klikyai.front import SHEET

register = template.Library()
HUNG = 9


@register.inclusion_tag("klikyai/wall.html")
def picture_wall() -> dict[str, Any]:
    """Another large one each day."""
    first = timezone.now().toordinal() % len(SHEET)
    turned = SHEET[first:] + SHEET[:first]
    return {"large": turned[0], "rest": turned[1:HUNG], "number": first + 1}


@register.simple_tag
def welcome_credits() -> int:
    return int(settings.WELCOME_CREDITS)
