"""What the tests of payments share: a pack, and the balance after everything."""

from typing import Any

from accounts.models import User
from billing.models import Pack, Wallet


def pack(credits: int = 500, amount: int = 900, **more: Any) -> Pack:
    found = {"title": "500 credits", "credits": credits, "amount": amount, "currency": "eur"} | more
    return Pack.objects.update_or_create(slug=f"credits-{credits}", defaults=found)[0]


def wallet(user: User) -> tuple[int, int, int]:
    row = Wallet.objects.filter(user=user).first()
    return (row.available, row.frozen, row.debt) if row else (0, 0, 0)
