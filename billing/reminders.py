"""Little is left: said once by e-mail, and again only after there was more in between."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing import mailing, usage
from billing.models import Hold, Wallet

AT_ONCE = 200


def tell_low() -> int:
    """What upkeep calls. Whoever never used a credit is not told that there are few."""
    Wallet.objects.filter(warned=True, available__gte=settings.LOW_BALANCE).update(warned=False)
    used = Hold.objects.filter(user=OuterRef("user"), captured__gt=0)
    low = Wallet.objects.filter(Exists(used), warned=False, user__is_active=True, available__lt=settings.LOW_BALANCE)
    low = low.exclude(user__top_up__active=True, user__top_up__trouble="")  # more comes by itself
    return sum(_tell(wallet) for wallet in low.select_related("user")[:AT_ONCE])


def _tell(wallet: Wallet) -> bool:
    # Marked first: a mail that fails is missed, a mail that comes every five minutes is worse.
    if not Wallet.objects.filter(pk=wallet.pk, warned=False).update(warned=True):
        return False
    pace = sum(row.credits for row in usage.spent(wallet.user, 7))
    shown = {"wallet": wallet, "pace": pace}
    path, words = reverse("buy"), _("Buy credits")
    mailing.write(wallet.user, _("Your credits are running low"), "billing/low_balance.txt", shown, path, words)
    return True
