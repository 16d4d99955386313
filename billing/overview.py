"""A wallet as its owner sees it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from accounts.models import User
from billing.models import Lot, Wallet
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


def of(user: User) -> Overview:
    wallet = Wallet.objects.filter(user=user).first() or Wallet(user=user)
    fields = ("available", "held", "frozen", "debt", "daily_cap", "monthly_cap")
    lots = Lot.objects.filter(user=user, left__gt=0, expires_at__isnull=False)
    soonest = lots.order_by("expires_at").values("expires_at").annotate(left_then=Sum("left")).first()
    return Overview(
        **{field: getattr(wallet, field) for field in fields},
        expiring=soonest["left_then"] if soonest else 0,
        expires_at=soonest["expires_at"] if soonest else None,
        plan=plan_of(user).slug,
    )
