"""Tells the worker, once the row is certain, that likenesses are wanted. Without Redis the clock rings again."""

import logging
from datetime import timedelta

import django_rq
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from redis.exceptions import RedisError

from accounts import limits
from media.models import Asset

log = logging.getLogger(__name__)
WAITED = timedelta(minutes=10)
GIVEN_UP = timedelta(hours=12)  # what cannot be drawn by then never can
_AT_ONCE = 500
_COMPLETE = Q(kind="image", made__gte=2) | Q(kind="video", made__gte=3) | Q(kind="audio", made__gte=1)


def ring(asset: Asset) -> None:
    transaction.on_commit(lambda: _enqueue(str(asset.public_id)))


def ring_again() -> int:
    """Called by the clock: the bell that Redis lost, the worker that died over it."""
    now = timezone.now()
    lately = Asset.objects.visible().on_the_wall().filter(created_at__range=(now - GIVEN_UP, now - WAITED))
    waiting = lately.annotate(made=Count("derivatives")).exclude(_COMPLETE).order_by("pk")
    ids = [str(public_id) for public_id in waiting.values_list("public_id", flat=True)[:_AT_ONCE]]
    for public_id in ids:
        _enqueue(public_id)
    return len(ids)


def _enqueue(public_id: str) -> None:
    # With RQ's own connection a frozen Redis would hold up whoever keeps a file.
    queue = django_rq.get_queue("media", connection=limits.connection())
    try:
        queue.enqueue("media.tasks.derive", public_id, result_ttl=0, failure_ttl=3600)
    except RedisError as error:
        log.warning("no bell for likenesses", extra={"asset": public_id, "reason": repr(error)})
