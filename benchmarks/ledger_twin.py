"""The ledger as it is often written: the same rows, the balance read, reckoned in Python and saved, and no lock."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.models import Account, Hold, Lot, Posting, Transfer, Wallet


@transaction.atomic
def hold(user: User, amount: int, *, reference: str) -> None:
    wallet = Wallet.objects.get(user=user)
    if wallet.available < amount:
        return
    lot = Lot.objects.filter(user=user, left__gte=amount).order_by("expires_at", "pk").first()
    lot.left -= amount
    lot.save()
    held = Hold.objects.create(user=user, amount=amount, reference=reference, taken=[[lot.pk, amount]])
    _post(wallet, f"{reference}:hold", "hold", held, {Account.AVAILABLE: -amount, Account.HELD: amount})


@transaction.atomic
def capture(reference: str, amount: int) -> None:
    held = Hold.objects.select_related("user__wallet").filter(reference=reference, state=Hold.State.OPEN).first()
    if held is None:
        return
    held.state, held.captured, held.ended_at = Hold.State.CAPTURED, amount, timezone.now()
    held.save()
    back = held.amount - amount
    lot = Lot.objects.get(pk=held.taken[0][0])
    lot.left += back
    lot.save()
    legs = {Account.HELD: -held.amount, Account.REVENUE: amount, Account.AVAILABLE: back}
    _post(held.user.wallet, f"{reference}:end", "use", held, legs)


def _post(wallet: Wallet, reference: str, kind: str, held: Hold, legs: dict[Account, int]) -> None:
    transfer = Transfer.objects.create(reference=reference, kind=kind, user=wallet.user, hold=held)
    Posting.objects.bulk_create(
        Posting(
            transfer=transfer, account=account, user=None if account == Account.REVENUE else wallet.user, amount=part
        )
        for account, part in legs.items()
    )
    wallet.available += legs[Account.AVAILABLE]
    wallet.held += legs[Account.HELD]
    wallet.save()
