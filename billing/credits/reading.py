from dataclasses import dataclass

from accounts.models import User
from billing.models import Wallet


@dataclass(frozen=True, slots=True)
class Balance:
    available: int
    held: int
    debt: int


def balance(user: User) -> Balance:
    row = Wallet.objects.filter(user=user).values_list("available", "held", "debt").first()
    return Balance(*row) if row else Balance(0, 0, 0)
