"""Which credits are spent: what expires first goes first, then what is oldest. Called under the wallet's lock.

What is taken back with its payment is of that payment first, then of what lasts as long: otherwise buying and giving
back would turn credits that expire into credits that do not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from billing.models import Lot, Transfer, Wallet

Taken = list[list[int]]

# One call however many lots it takes: what each gives is what those before it leave to be found.
TAKE = """
WITH queued AS (
    SELECT id, "left", sum("left") OVER (
        ORDER BY transfer_id = %(own)s DESC, %(lasting)s AND expires_at IS NOT NULL, expires_at ASC NULLS LAST, id
    ) - "left" AS before
    FROM billing_lot WHERE user_id = %(user)s AND "left" > 0
), chosen AS (
    SELECT id, before, LEAST("left", %(amount)s - before)::bigint AS part FROM queued WHERE before < %(amount)s
), taken AS (
    UPDATE billing_lot SET "left" = billing_lot."left" - part FROM chosen WHERE billing_lot.id = chosen.id
    RETURNING billing_lot.id, part, before
)
SELECT id, part FROM taken ORDER BY before
"""


def add(transfer: Transfer, amount: int, expires_at: datetime | None) -> None:
    if amount:
        Lot.objects.create(user=transfer.user, transfer=transfer, amount=amount, left=amount, expires_at=expires_at)


def of_grant(wallet: Wallet, of: str) -> Lot | None:
    return Lot.objects.filter(user=wallet.user, transfer__reference=of).first() if of else None


def take(wallet: Wallet, amount: int, own: Lot | None = None) -> Taken:
    """`own`: that of the grant which is undone."""
    order = {"own": own.transfer_id, "lasting": own.expires_at is None} if own else {"own": 0, "lasting": False}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"user": wallet.user.pk, "amount": amount, **order})
        taken = [[lot, part] for lot, part in cursor.fetchall()]
    missing = amount - sum(part for _lot, part in taken)
    if missing:
        raise ValueError(f"the lots of wallet {wallet.pk} hold {missing} less than its balance")
    return taken


def give_back(taken: Iterable[Sequence[int]], amount: int, skip: int = 0) -> None:
    """The last taken returns first, but for those that have. What has expired meanwhile expires at the next sweep."""
    for lot, part in reversed([(lot, part) for lot, part, *_more in taken]):
        gone = min(part, skip)
        skip -= gone
        back = min(part - gone, amount)
        if back:
            Lot.objects.filter(pk=lot).update(left=F("left") + back)
            amount -= back
