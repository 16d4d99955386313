from accounts.models import User
from billing import credits
from billing.models import Transfer


def give(user: User, amount: int, name: str = "first", **more: object) -> Transfer:
    return credits.grant(user, amount, reference=name, kind="purchase", **more)


def seen(user: User) -> tuple[int, int, int]:
    found = credits.balance(user)
    return found.available, found.held, found.debt
