"""Which credits are spent: what expires first goes first, then what is oldest. Called under the wallet's lock."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from billing.models import Lot, Transfer, Wallet

Taken = list[list[int]]


def add(transfer: Transfer, amount: int, expires_at: datetime | None) -> None:
    if amount:
        Lot.objects.create(user=transfer.user, transfer=transfer, amount=amount, left=amount, expires_at=expires_at)


def take(wallet: Wallet, amount: int) -> Taken:
    taken: Taken = []
    lots = Lot.objects.filter(user=wallet.user, left__gt=0).order_by(F("expires_at").asc(nulls_last=True), "id")
    for lot in lots.iterator(chunk_size=20):
        if not amount:
            break
        part = min(lot.left, amount)
        Lot.objects.filter(pk=lot.pk).update(left=F("left") - part)
        taken.append([lot.pk, part])
        amount -= part
    if amount:
        raise ValueError(f"the lots of wallet {wallet.pk} hold {amount} less than its balance")
    return taken


def give_back(taken: Iterable[Iterable[int]], amount: int) -> None:
    """The last taken returns first. What has expired meanwhile expires again at the next sweep."""
    for lot, part in reversed([tuple(pair) for pair in taken]):
        back = min(part, amount)
        if back:
            Lot.objects.filter(pk=lot).update(left=F("left") + back)
            amount -= back
