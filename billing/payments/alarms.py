"""Money that does not fit what was ordered: nothing is granted, and somebody hears of it."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import InvalidRequest
from accounts.models import User
from billing.models import Alarm

log = logging.getLogger(__name__)


@transaction.atomic
def raise_alarm(kind: str, subject: str, **facts: Any) -> None:
    """Once of each: Stripe says everything several times."""
    told = {name: value if isinstance(value, bool | int) else str(value) for name, value in facts.items()}
    _alarm, new = Alarm.objects.get_or_create(kind=kind, subject=subject, defaults={"facts": told})
    if new:
        audit.record(None, "payment alarm", subject, what=kind, **told)
        log.error("payment alarm", extra={"what": kind, "subject": subject, "facts": told})


@transaction.atomic
def settle(alarm: Alarm, actor: User, how: str) -> None:
    """The first word counts."""
    if not how.strip():
        raise InvalidRequest(_("Say how."))
    open_one = Alarm.objects.filter(pk=alarm.pk, resolved_at=None)
    if open_one.update(resolved_at=timezone.now(), resolution=how.strip()):
        audit.record(actor, "alarm settled", alarm.subject, what=alarm.kind, how=how.strip())
