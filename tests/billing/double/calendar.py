"""Months as Stripe counts them: from the day on which they began, and cut short where a month has no such day."""

import calendar
from datetime import UTC, datetime


def after(anchor: int, months: int = 1) -> int:
    begun = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(begun.month - 1 + months, 12)
    last = calendar.monthrange(begun.year + years, month + 1)[1]
    return int(begun.replace(year=begun.year + years, month=month + 1, day=min(begun.day, last)).timestamp())


def following(anchor: int, moment: int) -> int:
    """The first end of a month beyond this moment."""
    return next(end for months in range(1, 1000) if (end := after(anchor, months)) > moment)
