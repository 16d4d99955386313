"""RQ's door. The bell says only that there is work: what it is stands in PostgreSQL."""

import logging

import django_rq
from redis.exceptions import RedisError

from generation import execution

log = logging.getLogger(__name__)

QUEUES = {"images": "generation"}


def ring(pool: str) -> None:
    """A bell that is not heard is rung again by the reconciler."""
    try:
        django_rq.get_queue(QUEUES[pool]).enqueue("generation.tasks.work", pool, result_ttl=0, failure_ttl=600)
    except RedisError as error:
        log.warning("no bell for a job", extra={"pool": pool, "reason": repr(error)})


def work(pool: str) -> None:
    execution.work_off(pool)
