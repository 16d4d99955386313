"""Credits leave with the payment that brought them, and come back if it stays after all: each to where it came from.

What of a grant has expired has left already: it is not taken a second time from credits that others paid for.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Sum
from django.utils import timezone

from billing import ledger
from billing.credits import lots
from billing.ledger import Why
from billing.models import Account, Lot, Posting, Transfer, Wallet


def expired(wallet: Wallet, own: Lot | None) -> int:
    """Of this lot, and not taken back since."""
    if own is None:
        return 0
    sweeps = Posting.objects.filter(transfer__reference__startswith=f"lot:{own.pk}:", account=Account.EXPIRED)
    entries = Transfer.objects.filter(user=wallet.user).exclude(taken=[]).values_list("taken", flat=True)
    undone = sum(part for taken in entries for lot, part, was in taken if was and lot == own.pk)
    return int((sweeps.aggregate(all=Sum("amount"))["all"] or 0) - undone)


def leave(wallet: Wallet, why: Why, amount: int, to: Account, of: str = "") -> Transfer:
    """What has expired of the grant `of`, what is there of it, what is there; the rest becomes a debt."""
    own = lots.of_grant(wallet, of)
    gone = min(expired(wallet, own), amount)
    there = min(wallet.available, amount - gone)
    taken = [[own.pk, gone, True]] if own is not None and gone else []
    taken += [[lot, part, False] for lot, part in lots.take(wallet, there, own)]
    legs = {Account.EXPIRED: -gone, Account.AVAILABLE: -there, Account.DEBT: there + gone - amount, to: amount}
    return ledger.post(wallet, replace(why, taken=taken), legs)


def come_back(wallet: Wallet, why: Why, amount: int, source: Account, left: Transfer | None) -> Transfer:
    """The last that left comes first. What was owed then had no lot and pays first what is owed; a lot may be over."""
    taken, owed_then = (left.taken, _owed(left)) if left is not None else ([], 0)
    from_lots = min(sum(part for _lot, part, _was in taken), max(amount - owed_then, 0))
    living, dead = _sorted(taken, from_lots)
    dying, fresh = sum(part for _lot, part, _was in dead), amount - from_lots
    owed = min(wallet.debt, amount - dying)
    legs = {source: -amount, Account.EXPIRED: dying, Account.DEBT: owed, Account.AVAILABLE: amount - dying - owed}
    transfer = ledger.post(wallet, replace(why, taken=[[lot, -part, True] for lot, part, _was in dead]), legs)
    lots.give_back(living, from_lots - dying - max(owed - fresh, 0))
    lots.add(transfer, max(fresh - owed, 0), None)
    return transfer


def _owed(left: Transfer) -> int:
    return -sum(leg.amount for leg in left.postings.filter(account=Account.DEBT))


def _sorted(taken: Sequence[list[int]], amount: int) -> tuple[list[list[int]], list[list[int]]]:
    """The last so many of them, by whether their lot still lives."""
    ended = Lot.objects.filter(pk__in=[lot for lot, *_more in taken], expires_at__lte=timezone.now())
    over = set(ended.values_list("pk", flat=True))
    living, dead = list[list[int]](), list[list[int]]()
    for lot, part, was in reversed(taken):
        back = min(part, amount)
        amount -= back
        if back:
            (dead if lot in over else living).insert(0, [lot, back, was])
    return living, dead
