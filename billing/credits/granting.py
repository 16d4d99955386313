"""Credits in and out of a wallet, other than by use."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import Conflict, InvalidRequest
from accounts.models import User
from billing import ledger
from billing.credits import lots, undoing
from billing.credits.amounts import whole
from billing.errors import InsufficientCredits
from billing.ledger import Why
from billing.models import Account, Lot, Transfer

SOURCES = {
    **dict.fromkeys(("purchase", "subscription", "paid back", "not paid back"), Account.PURCHASES),
    **dict.fromkeys(("welcome", "promotion", "coupon"), Account.PROMOTIONS),
    "adjustment": Account.ADJUSTMENTS,
}


@transaction.atomic
def grant(
    user: User,
    amount: int,
    *,
    reference: str,
    kind: str,
    expires_at: datetime | None = None,
    note: str = "",
    actor: User | None = None,
) -> Transfer:
    """A debt is paid first."""
    whole(amount)
    wallet = ledger.lock(user)
    if (known := ledger.done(wallet, reference)) is not None:
        return known
    owed = min(wallet.debt, amount)
    legs = {_source(kind): -amount, Account.DEBT: owed, Account.AVAILABLE: amount - owed}
    transfer = ledger.post(wallet, Why(reference, kind, note=note, actor=_name(actor)), legs)
    lots.add(transfer, amount - owed, expires_at)
    return transfer


@transaction.atomic
def take_back(
    user: User, amount: int, *, reference: str, kind: str, note: str = "", debt: bool = True, of: str = ""
) -> Transfer:
    """Bought credits that were paid back: those of the grant `of` first. What was spent becomes a debt, if it may."""
    whole(amount)
    wallet = ledger.lock(user)
    if (known := ledger.done(wallet, reference)) is not None:
        return known
    if not debt and wallet.available + undoing.expired(wallet, lots.of_grant(wallet, of)) < amount:
        raise InsufficientCredits(_("Part of these credits is spent already."))
    return undoing.leave(wallet, Why(reference, kind, note=note), amount, _source(kind), of)


@transaction.atomic
def put_back(user: User, amount: int, *, reference: str, kind: str, of: str) -> Transfer:
    """What was taken back under the name `of`, as its payment stayed after all."""
    whole(amount)
    wallet = ledger.lock(user)
    if (known := ledger.done(wallet, reference)) is not None:
        return known
    return undoing.come_back(wallet, Why(reference, kind), amount, _source(kind), ledger.done(wallet, of))


@transaction.atomic
def adjust(user: User, amount: int, *, actor: User, reason: str, reference: str) -> Transfer:
    """By staff, upward or downward, never below nothing, always with a reason."""
    if not reason.strip():
        raise InvalidRequest(_("Say why."), details={"reason": [_("This is needed.")]})
    if actor.pk == user.pk and not actor.is_superuser:
        raise Conflict(_("Nobody does this to themselves."))
    whole(abs(amount) if type(amount) is int else amount)
    wallet = ledger.lock(user)
    if (known := ledger.done(wallet, reference)) is not None:
        return known
    if amount > 0:
        transfer = grant(user, amount, reference=reference, kind="adjustment", note=reason, actor=actor)
    else:
        if wallet.available < -amount:
            raise InsufficientCredits(_("There are not so many credits in this wallet."))
        why = Why(reference, "adjustment", note=reason, actor=_name(actor))
        transfer = undoing.leave(wallet, why, -amount, Account.ADJUSTMENTS)
    audit.record(actor, "credits adjusted", str(user.public_id), credits=amount, reason=reason, reference=reference)
    return transfer


def expire_lots() -> int:
    """What upkeep calls: expired credits leave by an entry of their own."""
    due = list(Lot.objects.filter(expires_at__lte=timezone.now(), left__gt=0).select_related("user")[:1000])
    for lot in due:
        _expire(lot)
    return len(due)


@transaction.atomic
def _expire(lot: Lot) -> None:
    wallet = ledger.lock(lot.user)
    lot.refresh_from_db()
    if lot.left:
        # What was released after a first expiry expires a second time, under a name of its own.
        before = Transfer.objects.filter(reference__startswith=f"lot:{lot.pk}:").count()
        why = Why(f"lot:{lot.pk}:{before}", "expiry")
        ledger.post(wallet, why, {Account.AVAILABLE: -lot.left, Account.EXPIRED: lot.left})
        Lot.objects.filter(pk=lot.pk).update(left=0)


def _source(kind: str) -> Account:
    """A kind that nobody knows is a mistake, not a present."""
    return SOURCES[kind]


def _name(actor: User | None) -> str:
    return str(actor.public_id) if actor is not None else ""
