"""What the ground tells, heard here."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone

from accounts import limits, signals
from accounts.desk_log import unname
from accounts.errors import Refused
from accounts.export import as_json
from accounts.models import User
from billing import credits, people
from billing.models import Hold, Membership, Order, Payment, Refund, Subscription, TopUp, Transfer, Wallet

log = logging.getLogger(__name__)


@receiver(signals.verified)
def welcome(sender: Any, user: User, **_more: Any) -> None:
    """Once a person, and no more people a day than a promotion can bear."""
    references = [f"welcome:{name}" for name in people.names(user)]
    reference = references[0]
    if not settings.WELCOME_CREDITS or Transfer.objects.filter(reference__in=references).exists():
        return
    try:
        limits.spend("welcome", reference, 1, 24 * 3600, fail_closed=True)
        limits.spend("welcome", "everybody", settings.WELCOMES_A_DAY, 24 * 3600, fail_closed=True)
    except Refused as error:
        log.warning("no welcome credits", extra={"user": str(user.public_id), "reason": error.log})
        return
    expires_at = timezone.now() + timedelta(days=settings.WELCOME_DAYS)
    credits.grant(user, settings.WELCOME_CREDITS, reference=reference, kind="welcome", expires_at=expires_at)


@receiver(signals.granting)
def grant(sender: Any, user: User, reference: str, **more: Any) -> None:
    credits.grant(user, more["credits"], reference=reference, kind="promotion", note="by the operator")


@receiver(signals.exporting)
def export(sender: Any, user: User, **_more: Any) -> list[tuple[str, bytes]]:
    transfers = Transfer.objects.filter(user=user).order_by("pk")
    holds = Hold.objects.filter(user=user).order_by("pk")
    facts = {
        "wallet": Wallet.objects.filter(user=user).values("available", "held", "frozen", "debt").first(),
        "transfers": list(transfers.values("reference", "kind", "note", "at")),
        "holds": list(holds.values("reference", "title", "state", "amount", "captured", "refunded", "created_at")),
    }
    return [("credits.json", as_json(facts)), ("payments.json", as_json(_payments(user)))]


def _payments(user: User) -> dict[str, Any]:
    orders, payments = Order.objects.filter(user=user).order_by("pk"), Payment.objects.filter(user=user).order_by("pk")
    refunds = Refund.objects.filter(payment__user=user).order_by("pk")
    plans = Subscription.objects.filter(user=user).order_by("pk")
    return {
        "orders": list(orders.values("public_id", "title", "credits", "amount", "currency", "state", "created_at")),
        "payments": list(payments.values("stripe_id", "amount", "currency", "credits", "receipt", "at")),
        "refunds": list(refunds.values("payment__stripe_id", "amount", "credits", "state", "created_at")),
        "plans": list(plans.values("plan__title", "state", "until", "ending")),
    }


@receiver(signals.closing)
def close(sender: Any, user: User, **_more: Any) -> None:
    """The books stay, as law wants, without a name and without what was asked for."""
    Hold.objects.filter(user=user).update(title="", api_key=None)
    TopUp.objects.filter(user=user).delete()
    unname(Membership.objects.filter(user=user))
