"""What one unit costs now, and what it may still cost those who were told a price a moment ago."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from billing.models import Price

PROMISED = timedelta(minutes=10)
HONOURED = timedelta(minutes=20)  # longer than promised: a price may begin some minutes before it is saved


@dataclass(frozen=True, slots=True)
class Rate:
    each: int
    honoured: int  # never more than what anybody was quoted in the last minutes, however often it changed since


def rate(tool: str, model: str, fallback: int) -> Rate:
    now = timezone.now()
    rows = Price.objects.filter(tool=tool, model=model, since__lte=now).order_by("-since", "-id")
    told: list[int] = []
    for credits, since in rows.values_list("credits", "since"):
        told.append(credits)
        if since <= now - HONOURED:
            break
    else:
        told.append(fallback)
    return Rate(told[0], min(told))


def price(tool: str, model: str, fallback: int) -> int:
    return rate(tool, model, fallback).each
