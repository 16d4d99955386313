"""A wallet as its owner sees it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import User
from billing.models import Lot, Plan, Wallet
from billing.plans import plan_of


@dataclass(frozen=True, slots=True)
class Overview:
    available: int
    held: int
    frozen: int
    debt: int
    daily_cap: int | None
    monthly_cap: int | None
    expiring: int
    expires_at: datetime | None
    plan: str


@dataclass(frozen=True, slots=True)
class Expiring:
    credits: int
    at: datetime


def expiring(user: User) -> list[Expiring]:
    """By the day on which they go, soonest first."""
    days: dict[date, Expiring] = {}
    rows: Any = _mortal(user).order_by("expires_at").values_list("left", "expires_at")
    for left, at in rows:
        before = days.get(at.date())
        days[at.date()] = Expiring(left + (before.credits if before else 0), before.at if before else at)
    return list(days.values())


def of(user: User, plan: Plan | None = None) -> Overview:
    wallet = Wallet.objects.filter(user=user).first() or Wallet(user=user)
    fields = ("available", "held", "frozen", "debt", "daily_cap", "monthly_cap")
    soonest = _mortal(user).order_by("expires_at").values("expires_at").annotate(left_then=Sum("left")).first()
    return Overview(
        **{field: getattr(wallet, field) for field in fields},
        expiring=soonest["left_then"] if soonest else 0,
        expires_at=soonest["expires_at"] if soonest else None,
        plan=(plan or plan_of(user)).slug,
    )


def _mortal(user: User) -> QuerySet[Lot]:
    return Lot.objects.filter(user=user, left__gt=0, expires_at__isnull=False)
