"""The only writer of the books. Every change is a transfer whose legs sum to nothing, under the lock of one wallet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from billing import signals
from billing.models import OWN, Account, Hold, Posting, Transfer, Wallet

Legs = Mapping[Account, int]


@dataclass(frozen=True, slots=True)
class Why:
    reference: str
    kind: str
    note: str = ""
    actor: str = ""
    hold: Hold | None = None
    taken: Sequence[Sequence[int]] = ()


def lock(user: User) -> Wallet:
    """Never two at once: whoever needs another wallet commits first."""
    wallet = Wallet.objects.select_for_update().filter(user=user).first()
    if wallet is None:
        Wallet.objects.bulk_create([Wallet(user=user)], ignore_conflicts=True)
        wallet = Wallet.objects.select_for_update().get(user=user)
    wallet.user = user
    return wallet


def done(wallet: Wallet, reference: str) -> Transfer | None:
    """Asked under the lock: then nobody else is about to do it. One name is never two people's."""
    transfer = Transfer.objects.filter(reference=reference).first()
    if transfer is not None and transfer.user_id != wallet.user_id:
        raise ValueError(f"{reference} is somebody else's")
    return transfer


def post(wallet: Wallet, why: Why, legs: Legs) -> Transfer:
    """The caller holds the wallet's lock. A debt is an account below zero, which the wallet shows as what is owed."""
    if sum(legs.values()):
        raise ValueError(f"legs of {why.reference} do not sum to nothing: {dict(legs)}")
    transfer = Transfer.objects.create(
        reference=why.reference, kind=why.kind, user=wallet.user, note=why.note[:500],
        actor=why.actor, hold=why.hold, taken=list(why.taken),
    )  # fmt: skip
    Posting.objects.bulk_create(
        Posting(transfer=transfer, account=account, user=wallet.user if account in OWN else None, amount=amount)
        for account, amount in legs.items()
        if amount
    )
    wallet.available += legs.get(Account.AVAILABLE, 0)
    wallet.held += legs.get(Account.HELD, 0)
    wallet.frozen += legs.get(Account.FROZEN, 0)
    wallet.debt -= legs.get(Account.DEBT, 0)
    wallet.save(update_fields=["available", "held", "frozen", "debt"])
    signals.moved.send(sender=None, user=wallet.user, available=wallet.available, held=wallet.held)
    return transfer
