"""Tells the worker, once the row is certain, that likenesses are wanted. Without Redis the reconciler rings again."""

import logging

import django_rq
from django.db import transaction
from redis.exceptions import RedisError

from media.models import Asset

log = logging.getLogger(__name__)


def ring(asset: Asset) -> None:
    transaction.on_commit(lambda: _enqueue(str(asset.public_id)))


def _enqueue(public_id: str) -> None:
    try:
        django_rq.get_queue("media").enqueue("media.tasks.derive", public_id, result_ttl=0, failure_ttl=3600)
    except RedisError as error:
        log.warning("no bell for likenesses", extra={"asset": public_id, "reason": repr(error)})
