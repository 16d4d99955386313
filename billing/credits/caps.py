"""What a person or a key may spend in a day or a month. Asked under the wallet's lock, so that it is exact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Sum, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import key_families
from accounts.models import ApiKey, User
from billing import ledger
from billing.errors import OverLimit
from billing.models import Hold, Wallet

SPENT: Any = Case(When(state="open", then=F("amount")), default=F("captured") - F("refunded"))


@transaction.atomic
def allow(user: User, caps: Mapping[str, int | None]) -> Wallet:
    """By the person themselves. What is not named stays; None lifts it."""
    wallet = ledger.lock(user)
    for name in ("daily_cap", "monthly_cap"):
        setattr(wallet, name, caps.get(name, getattr(wallet, name)))
    wallet.save(update_fields=["daily_cap", "monthly_cap"])
    return wallet


def spent(user: User) -> tuple[int, int]:
    """Today and this month, as caps count it: by UTC, what is being made at what is set aside for it."""
    day, month = _begins()
    holds = Hold.objects.filter(user=user, created_at__gte=month)
    found = holds.aggregate(day=Sum(SPENT, filter=Q(created_at__gte=day)), month=Sum(SPENT))
    return found["day"] or 0, found["month"] or 0


def check(wallet: Wallet, amount: int, key: ApiKey | None) -> None:
    if not amount:
        return
    day, month = _begins()
    mine = Q(user=wallet.user)
    _within(wallet.daily_cap, mine, day, amount, _("This is more than you allow yourself a day."))
    _within(wallet.monthly_cap, mine, month, amount, _("This is more than you allow yourself a month."))
    for one in key_families.line(key) if key is not None else ():
        if one.spending_cap is not None:
            theirs = Q(api_key__in=key_families.family(one))
            _within(one.spending_cap, theirs, month, amount, _of_key(one == key))


def _of_key(own: bool) -> str:
    if own:
        return _("This is more than this key may spend a month.")
    return _("This is more than the key that made this one may spend a month.")


def _begins() -> tuple[datetime, datetime]:
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day.replace(day=1)


def _within(cap: int | None, whose: Q, since: datetime, amount: int, message: str) -> None:
    if cap is None:
        return
    so_far = Hold.objects.filter(whose, created_at__gte=since).aggregate(all=Sum(SPENT))["all"] or 0
    if so_far + amount > cap:
        raise OverLimit(message)
