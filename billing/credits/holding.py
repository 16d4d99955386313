"""Credits for use: set aside, then charged or given back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import Conflict
from accounts.models import ApiKey, User
from billing import ledger, signals
from billing.credits import caps, lots
from billing.credits.amounts import whole
from billing.errors import InsufficientCredits, TooMuch
from billing.ledger import Why
from billing.models import Account, Hold, Wallet


@transaction.atomic
def hold(
    user: User,
    amount: int,
    *,
    reference: str,
    expires_at: datetime | None = None,
    api_key: ApiKey | None = None,
    title: str = "",
    tool: str = "",
) -> Hold:
    whole(amount, zero=True)
    wallet = ledger.lock(user)
    known = Hold.objects.filter(reference=reference).first()
    if known is not None:
        if known.user_id != user.pk:
            raise ValueError(f"{reference} is somebody else's")
        return known
    caps.check(wallet, amount, api_key)
    if wallet.available < amount:
        message = _("This costs %(cost)s credits and you have %(have)s.") % {"cost": amount, "have": wallet.available}
        raise InsufficientCredits(message)
    held = Hold.objects.create(
        user=user, amount=amount, reference=reference, expires_at=expires_at, api_key=api_key, title=title[:200],
        tool=tool[:40], taken=lots.take(wallet, amount) if amount else [],
    )  # fmt: skip
    if amount:
        legs = {Account.AVAILABLE: -amount, Account.HELD: amount}
        ledger.post(wallet, Why(f"{reference}:hold", "hold", hold=held), legs)
    return held


@transaction.atomic
def capture(reference: str, amount: int) -> Hold:
    """Charge so much of it; the rest goes back. A hold that has ended stays as it ended."""
    whole(amount, zero=True)
    held, wallet = _locked(reference)
    if held.state != Hold.State.OPEN:
        return held
    if amount > held.amount:
        raise TooMuch(_("No more than what is held can be charged."), log=f"{reference}: {amount} of {held.amount}")
    return _end(wallet, held, amount, Hold.State.CAPTURED)


@transaction.atomic
def release(reference: str, state: str = Hold.State.RELEASED) -> Hold:
    held, wallet = _locked(reference)
    if held.state != Hold.State.OPEN:
        return held
    return _end(wallet, held, 0, state)


def expire_holds() -> int:
    """What upkeep calls: nothing stays set aside for ever because somebody forgot it."""
    due = Hold.objects.filter(state=Hold.State.OPEN, expires_at__lte=timezone.now()).order_by("expires_at")
    asked = ((held, signals.overdue.send(None, hold=held)) for held in due.iterator())
    forgotten = [held for held, answers in asked if not any(lives for _who, lives in answers)]
    for held in forgotten:
        release(held.reference, Hold.State.EXPIRED)
    return len(forgotten)


@transaction.atomic
def refund(reference: str, amount: int, *, actor: User | None = None, reason: str, key: str) -> Hold:
    """Of what was charged, by staff or by the house. `key` names this refund: the same twice is one."""
    whole(amount)
    held, wallet = _locked(reference)
    if actor is not None and actor.pk == held.user_id and not actor.is_superuser:
        raise Conflict(_("Nobody does this to themselves."))
    name = f"{reference}:refund:{key}"
    if ledger.done(wallet, name) is not None:
        return held
    if amount > held.captured - held.refunded:
        raise TooMuch(_("No more than what was charged can be given back."))
    returned = held.amount - held.captured + held.refunded
    held.refunded += amount
    held.save(update_fields=["refunded"])
    who = str(actor.public_id) if actor is not None else ""
    owed = min(wallet.debt, amount)
    legs = {Account.REVENUE: -amount, Account.DEBT: owed, Account.AVAILABLE: amount - owed}
    lots.give_back(held.taken, amount - owed, returned)
    ledger.post(wallet, Why(name, "refund", reason, who, held), legs)
    if actor is not None:
        audit.record(actor, "credits refunded", reference, credits=amount, reason=reason)
    return held


def _locked(reference: str) -> tuple[Hold, Wallet]:
    """The wallet first, then its hold as it is under that lock."""
    user = Hold.objects.select_related("user").get(reference=reference).user
    wallet = ledger.lock(user)
    held = Hold.objects.get(reference=reference)
    held.user = user
    return held, wallet


def _end(wallet: Wallet, held: Hold, charged: int, state: str) -> Hold:
    held.state, held.captured, held.ended_at = state, charged, timezone.now()
    held.save(update_fields=["state", "captured", "ended_at"])
    back = held.amount - charged
    owed = min(wallet.debt, back)  # a debt is paid first, or what a dispute froze could be spent after all
    lots.give_back(held.taken, back - owed)
    if held.amount:
        legs = {
            Account.HELD: -held.amount, Account.REVENUE: charged, Account.DEBT: owed, Account.AVAILABLE: back - owed,
        }  # fmt: skip
        ledger.post(wallet, Why(f"{held.reference}:end", "use" if charged else "release", hold=held), legs)
    return held
