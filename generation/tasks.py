"""RQ's door. The bell says only that there is work: what it is stands in PostgreSQL."""

import logging

import django_rq
from redis.exceptions import RedisError

from accounts import limits
from generation import carrying, execution
from generation.models import REMOTE

log = logging.getLogger(__name__)

QUEUES = {"images": "generation", REMOTE: "remote"}


def ring(pool: str) -> None:
    """A bell that is not heard is rung again by the reconciler."""
    # RQ's own connection would be tried for twenty seconds, and its alarm would go off in the middle of somebody's job.
    queue = django_rq.get_queue(QUEUES[pool], connection=limits.connection())
    try:
        queue.enqueue("generation.tasks.work", pool, job_timeout=-1, result_ttl=0, failure_ttl=600)
    except RedisError as error:
        log.warning("no bell for a job", extra={"pool": pool, "reason": repr(error)})


def work(pool: str) -> None:
    if pool == REMOTE:
        carrying.carry()
    else:
        execution.work_off(pool)
