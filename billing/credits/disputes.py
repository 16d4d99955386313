"""Credits whose payment is disputed: frozen until somebody has decided. What was spent already is owed meanwhile."""

from django.db import transaction

from accounts.models import User
from billing import ledger
from billing.credits import undoing
from billing.credits.amounts import whole
from billing.ledger import Why
from billing.models import Account, Transfer


@transaction.atomic
def dispute_open(user: User, amount: int, *, reference: str, of: str = "") -> Transfer:
    whole(amount)
    wallet = ledger.lock(user)
    if (known := ledger.done(wallet, _name(reference, "open"))) is not None:
        return known
    return undoing.leave(wallet, Why(_name(reference, "open"), "dispute"), amount, Account.FROZEN, of)


def dispute_won(reference: str) -> Transfer | None:
    return _close(reference, won=True)


def dispute_lost(reference: str) -> Transfer | None:
    return _close(reference, won=False)


@transaction.atomic
def _close(reference: str, *, won: bool) -> Transfer | None:
    """The first end counts. None when it was never opened here."""
    opened = Transfer.objects.select_related("user").filter(reference=_name(reference, "open")).first()
    if opened is None:
        return None
    wallet = ledger.lock(opened.user)
    if (known := ledger.done(wallet, _name(reference, "end"))) is not None:
        return known
    amount = opened.postings.get(account=Account.FROZEN).amount
    why = Why(_name(reference, "end"), "dispute won" if won else "dispute lost")
    if won:
        return undoing.come_back(wallet, why, amount, Account.FROZEN, opened)
    return ledger.post(wallet, why, {Account.FROZEN: -amount, Account.PURCHASES: amount})


def _name(reference: str, step: str) -> str:
    """A room of its own: a hold of the same name has an end too."""
    return f"dispute:{reference}:{step}"
