"""Money that does not fit what was ordered: nothing is granted, and somebody hears of it."""

import logging
from typing import Any

from django.db import transaction

from accounts import audit
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
