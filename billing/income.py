"""What a day brought, in money and in credits, and what waits for somebody at the desk."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import money
from billing.models import Account, Alarm, Dispute, Event, Hold, Payment, Posting, Refund, Wallet

COUNTED = (Account.PURCHASES, Account.PROMOTIONS, Account.REVENUE, Account.EXPIRED, Account.ADJUSTMENTS)


@dataclass
class Day:
    day: date
    received: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    sold: int = 0
    given: int = 0
    used: int = 0
    expired: int = 0


def by_day(days: int) -> list[Day]:
    """Newest first; days are those of UTC. Four queries, however much was moved."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days - 1)
    found = {(today - timedelta(days=n)).date(): Day((today - timedelta(days=n)).date()) for n in range(days)}
    for day, account, amount in _moved(since):
        _count(found[day], Account(account), amount)
    for rows, name in ((Payment.objects.filter(at__gte=since), "received"), (_refunds(since), "returned")):
        for day, sums in _money(rows, "at" if name == "received" else "created_at").items():
            getattr(found[day], name).extend(sums)
    return list(found.values())


def _moved(since: datetime) -> Any:
    legs: Any = Posting.objects.filter(transfer__at__gte=since, account__in=COUNTED)
    legs = legs.annotate(day=TruncDate("transfer__at", tzinfo=UTC)).values("day", "account").order_by("day")
    return legs.annotate(all=Sum("amount")).values_list("day", "account", "all")


def _count(day: Day, account: Account, amount: int) -> None:
    if account == Account.PURCHASES:
        day.sold -= amount
    elif account == Account.REVENUE:
        day.used += amount
    elif account == Account.EXPIRED:
        day.expired += amount
    else:
        day.given -= amount


def _refunds(since: datetime) -> QuerySet[Refund]:
    return Refund.objects.filter(created_at__gte=since).exclude(state=Refund.State.FAILED)


def _money(rows: Any, when: str) -> dict[date, list[str]]:
    currency = "currency" if rows.model is Payment else "payment__currency"
    rows = rows.annotate(day=TruncDate(when, tzinfo=UTC)).values("day", currency).order_by("day", currency)
    found = defaultdict[date, list[str]](list)
    for row in rows.annotate(all=Sum("amount")):
        found[row["day"]].append(money.written(row["all"], row[currency]))
    return found


@dataclass(frozen=True, slots=True)
class Stuck:
    what: Any
    many: int
    place: str  # of the desk, with the question that shows them


def stuck() -> list[Stuck]:
    """What does not go on by itself, the worst first; nothing is good news."""
    now = timezone.now()
    questions: list[tuple[Any, Callable[[], Any], str]] = [
        (_("alarms that nobody settled"), lambda: Alarm.objects.filter(resolved_at=None), "alarm?waiting=yes"),
        (
            _("events that could not be handled for five minutes"),
            lambda: Event.objects.filter(handled_at=None, received_at__lt=now - timedelta(minutes=5)),
            "event?waiting=yes",
        ),
        (
            _("holds beyond their time"),
            lambda: Hold.objects.filter(state=Hold.State.OPEN, expires_at__lt=now - timedelta(hours=1)),
            "hold?state__exact=open",
        ),
        (
            _("refunds that hang for a day"),
            lambda: Refund.objects.filter(state=Refund.State.PENDING, created_at__lt=now - timedelta(days=1)),
            "refund?state__exact=pending",
        ),
        (_("disputes to answer"), lambda: Dispute.objects.filter(state="needs_response"), "dispute"),
        (_("wallets in debt"), lambda: Wallet.objects.filter(~Q(debt=0)), "wallet?owing=yes"),
    ]
    counted = [Stuck(what, rows().count(), place) for what, rows, place in questions]
    return [some for some in counted if some.many]
