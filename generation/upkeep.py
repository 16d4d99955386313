"""The reconciler: nothing that was accepted is ever forgotten, whoever died."""

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import UUIDField
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from billing import credits
from billing.models import Hold
from generation import lifecycle, tasks
from generation.models import ENDED, Job, Status, Turn

log = logging.getLogger(__name__)
ONE_AT_A_TIME = 0x6B6C696B  # any number that is ours alone
BEYOND_DEADLINE = timedelta(seconds=15)
AT_ONCE = 1000
JOB = "job:"
AFTER_JOB = Cast(Substr("reference", len(JOB) + 1), UUIDField())


def reconcile() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return
        try:
            give_back_lost()
            settle_forgotten()
            ring_for_waiting()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def give_back_lost() -> None:
    """Jobs whose worker does not beat any more, and jobs past their deadline that nobody ended."""
    running = Job.objects.filter(status=Status.RUNNING)
    for job in running.filter(deadline__lt=timezone.now() - BEYOND_DEADLINE):
        lifecycle.expire(job)
    for job in running.filter(lease_until__lt=timezone.now()):
        if lifecycle.reclaim(job):
            log.warning("a worker was lost", extra={"job": str(job.public_id), "worker": job.worker})


def settle_forgotten() -> None:
    """Both are written in one transaction; should it ever be otherwise, somebody has to know."""
    # Looked at in one statement, so that a job which ends meanwhile is not taken for one of these.
    named = Hold.objects.filter(state="open", reference__startswith=JOB).annotate(job=AFTER_JOB).values("job")
    for job in Job.objects.filter(status__in=ENDED, public_id__in=named).order_by("pk")[:AT_ONCE]:
        log.error("an ended job had an open hold", extra={"job": str(job.public_id)})
        _settle(job)


@transaction.atomic
def _settle(job: Job) -> None:
    if job.charged:
        credits.capture(job.reference, job.charged)
    else:
        credits.release(job.reference)


def ring_for_waiting() -> None:
    for pool in Turn.objects.filter(waiting__gt=0).values_list("pool", flat=True).distinct():
        tasks.ring(pool)
