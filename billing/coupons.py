"""Codes that are worth credits: a promotion for many or a gift for one."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits
from accounts.errors import InvalidRequest
from accounts.models import User
from billing import credits, people
from billing.errors import UsedUp
from billing.models import Coupon, Transfer

TRIES = (10, 3600)


def redeem(user: User, code: str) -> int:
    """Once a person and as often as the code says. Guessing codes is slow, and stays so when Redis is gone."""
    limits.spend("coupon", str(user.public_id), *TRIES, fail_closed=True)
    return _redeem(user, code)


@transaction.atomic
def _redeem(user: User, code: str) -> int:
    coupon = Coupon.objects.select_for_update().filter(code=code.strip().upper()).first()
    if coupon is None or (coupon.until is not None and coupon.until <= timezone.now()):
        message = _("This code is not valid.")
        raise InvalidRequest(message, details={"code": [message]})
    references = [f"coupon:{coupon.pk}:{name}" for name in people.names(user)]
    used = Q(reference__in=references) | Q(reference__startswith=f"coupon:{coupon.pk}:", user=user)
    if Transfer.objects.filter(used).exists():
        raise UsedUp(_("You have used this code already."))
    if coupon.used >= coupon.uses:
        raise UsedUp(_("This code is used up."))
    Coupon.objects.filter(pk=coupon.pk).update(used=F("used") + 1)
    expires_at = timezone.now() + timedelta(days=coupon.days) if coupon.days else None
    credits.grant(user, coupon.credits, reference=references[0], kind="coupon", expires_at=expires_at, note=coupon.code)
    return coupon.credits
