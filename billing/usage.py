"""What was spent, day by day, on what and by which key. Days are those of the clock that caps go by."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing.credits import caps
from billing.models import Hold

LONGEST = 366


@dataclass(frozen=True, slots=True)
class Spent:
    day: date
    tool: str
    key: UUID | None
    key_name: str
    credits: int
    jobs: int


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    credits: int
    share: float  # of the longest


@dataclass(frozen=True, slots=True)
class Chart:
    days: list[Bar]
    tools: list[Bar]
    keys: list[Bar]
    credits: int


def chart(user: User, days: int) -> Chart:
    rows = list(spent(user, days))
    every = {first_of(days) + timedelta(days=number): 0 for number in range(days)}
    tools, keys = Counter[str](), Counter[str]()
    for row in rows:
        every[row.day] = every.get(row.day, 0) + row.credits
        tools[row.tool] += row.credits
        keys[row.key_name or _("By hand")] += row.credits
    by_day = [(f"{day:%d.%m.}", credits) for day, credits in every.items()]
    return Chart(_bars(by_day), _bars(tools.most_common()), _bars(keys.most_common()), sum(every.values()))


def first_of(days: int) -> date:
    return timezone.now().date() - timedelta(days=days - 1)


def spent(user: User, days: int) -> Iterator[Spent]:
    """What is being made counts as held; what was given back does not count."""
    since = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    rows: Any = Hold.objects.filter(user=user, created_at__gte=since)
    rows = rows.annotate(day=TruncDate("created_at", tzinfo=UTC)).values(
        "day", "tool", "api_key__public_id", "api_key__name"
    )
    rows = rows.annotate(credits=Sum(caps.SPENT), jobs=Count("pk")).order_by("day", "tool", "api_key_id")
    for row in rows:
        yield Spent(
            row["day"], row["tool"], row["api_key__public_id"], row["api_key__name"] or "", row["credits"], row["jobs"]
        )


def _bars(sums: Sequence[tuple[str, int]]) -> list[Bar]:
    longest = max((credits for _name, credits in sums), default=0) or 1
    return [Bar(name, credits, round(100 * credits / longest, 1)) for name, credits in sums]
