"""The only writer of a job's status. Each move compares and swaps, settles and tells in one transaction.

Locks are taken in one order everywhere: the job, the turn, the wallet, the stream. Who asks or leaves takes the person
first.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing import credits
from generation import broadcast, pricing, tidings
from generation.errors import CannotCancel, EngineFailed, Stale
from generation.models import LIVE, Job, Status, Turn
from media.intake import publish_outputs

log = logging.getLogger(__name__)

CRASHES = 3


def queued(job: Job, place: int) -> Mapping[str, Any]:
    """A new row, in the transaction that made it and held its credits."""
    return broadcast.tell_new(job, place)


# Within the claim's transaction, which no savepoint needs to divide.
@transaction.atomic(savepoint=False)
def start(job: Job, worker: str, token: uuid.UUID) -> Job:
    """Claim it for this attempt. The caller has locked its row and counted the turn."""
    now = timezone.now()
    taken = {
        "status": Status.RUNNING, "token": token, "worker": worker, "attempts": job.attempts + 1,
        "lease_until": now + lease(), "deadline": now + timedelta(seconds=settings.JOB_SECONDS), "started_at": now,
        "step": 0, "stage": "",
    }  # fmt: skip
    if not Job.objects.filter(pk=job.pk, status=Status.QUEUED, cancel_wanted_at=None).update(**taken):
        raise Stale
    for field, value in taken.items():
        setattr(job, field, value)
    broadcast.tell_job(job)
    return job


def lease() -> timedelta:
    return timedelta(seconds=settings.WORKER_LEASE)


def beat(worker: str) -> int:
    """The watchdog says that the worker is well. Past its deadline nothing is prolonged."""
    now = timezone.now()
    mine = Job.objects.filter(worker=worker, status=Status.RUNNING, deadline__gt=now)
    return mine.update(lease_until=now + lease())


@transaction.atomic
def advance(job: Job, token: uuid.UUID, step: int, steps: int, stage: str) -> bool:
    held = Job.objects.filter(pk=job.pk, status=Status.RUNNING, token=token)
    if not held.update(step=step, steps=steps, stage=stage):
        return False
    broadcast.tell_job(_fresh(job.pk))
    return True


def remember(job: Job, token: uuid.UUID, ticket: Mapping[str, Any]) -> None:
    """What a provider calls it, or that it is about to be asked."""
    if not Job.objects.filter(pk=job.pk, status=Status.RUNNING, token=token).update(ticket=dict(ticket)):
        raise Stale


@transaction.atomic
def succeed(job: Job, token: uuid.UUID, facts: Mapping[str, Any]) -> None:
    """Charges the quote, shows the files. A stale token changes nothing."""
    _end(job, Status.SUCCEEDED, token=token, charged=job.quoted, facts=dict(facts), step=F("steps"))
    publish_outputs(job.reference, str(token))
    credits.capture(job.reference, job.quoted)
    broadcast.tell_job(_fresh(job.pk))


@transaction.atomic
def stop(job: Job, token: uuid.UUID, step: int, steps: int) -> None:
    """It was asked to stop and did: what ran is charged, the rest given back."""
    charged = pricing.used(job.quoted, step, steps)
    _end(job, Status.CANCELED, token=token, charged=charged, step=step, steps=steps)
    credits.capture(job.reference, charged)
    broadcast.tell_job(_fresh(job.pk))


@transaction.atomic
def fail(job: Job, error: EngineFailed, *, token: uuid.UUID | None = None) -> None:
    """Nothing is charged for what did not work."""
    told = {"code": error.code, "message": error.message, "retryable": error.retryable}
    _end(job, Status.FAILED, token=token, charged=0, error=told)
    credits.release(job.reference)
    broadcast.tell_job(_fresh(job.pk))
    log.warning("job failed", extra={"job": str(job.public_id), "code": error.code, "reason": error.log})


@transaction.atomic
def cancel(job: Job) -> Job:
    """What waits is over at once; what runs is asked to stop at its next step. Asking twice is asking once."""
    job = Job.objects.select_for_update(of=("self",)).select_related("user", "project").get(pk=job.pk)
    if job.status == Status.CANCELED or (job.status == Status.RUNNING and job.cancel_wanted_at):
        return job
    if job.ended:
        raise CannotCancel(_("It has already ended."))
    if job.status == Status.RUNNING:
        job.cancel_wanted_at = timezone.now()
        job.save(update_fields=["cancel_wanted_at"])
    else:
        _end(job, Status.CANCELED, charged=0, cancel_wanted_at=timezone.now())
        credits.release(job.reference)
        job = _fresh(job.pk)
    broadcast.tell_job(job)
    return job


@transaction.atomic
def lose(job: Job, *, crashed: bool) -> bool:
    """Its worker is gone: it waits again, or after too many crashes it is put aside. False when it moved meanwhile,
    also to another attempt, which nobody has seen falling.
    """
    seen = job.token
    job = Job.objects.select_for_update(of=("self",)).select_related("user", "project").get(pk=job.pk)
    if job.status != Status.RUNNING or job.token != seen:
        return False
    if job.cancel_wanted_at is not None:
        stop(job, token_of(job), job.step, job.steps)
    elif crashed and job.crashes + 1 >= CRASHES:
        Job.objects.filter(pk=job.pk).update(crashes=F("crashes") + 1)
        fail(job, _quarantined())
    else:
        _requeue(job, crashed)
    return True


@transaction.atomic
def reclaim(job: Job) -> bool:
    """Nobody has beaten for it. Whoever does so while it is being locked keeps it."""
    silent = Job.objects.filter(pk=job.pk, token=job.token, lease_until__lt=timezone.now())
    return bool(silent.select_for_update()) and lose(job, crashed=True)


@transaction.atomic
def leave(job: Job, token: uuid.UUID) -> None:
    """Its worker goes without having fallen, and another goes on."""
    if not Job.objects.select_for_update().filter(pk=job.pk, status=Status.RUNNING, token=token):
        raise Stale
    lose(job, crashed=False)


@transaction.atomic
def abandon(job: Job) -> None:
    """Its person is leaving: over at once, wherever it stands. An attempt that still runs finds nothing to finish."""
    _end(job, Status.CANCELED, charged=0)
    credits.release(job.reference)


def expire(job: Job) -> bool:
    """Past its deadline."""
    try:
        fail(job, timed_out(), token=token_of(job))
    except Stale:
        return False
    return True


def timed_out() -> EngineFailed:
    message = gettext_noop("It took too long and was stopped. Nothing was charged.")
    return EngineFailed(message, retryable=True, code="timed_out")


def _quarantined() -> EngineFailed:
    return EngineFailed(
        gettext_noop("It stopped its worker several times and will not be tried again. Nothing was charged."),
        retryable=False, log="three crashes", code="quarantined",
    )  # fmt: skip


def _requeue(job: Job, crashed: bool) -> None:
    Job.objects.filter(pk=job.pk).update(
        status=Status.QUEUED, token=None, worker="", lease_until=None, deadline=None, started_at=None, step=0,
        crashes=F("crashes") + int(crashed),
    )  # fmt: skip
    _count(job, waiting=1, running=-1)
    broadcast.tell_job(_fresh(job.pk))


def _end(job: Job, status: Status, *, token: uuid.UUID | None = None, **more: Any) -> None:
    before = Job.objects.select_for_update().filter(pk=job.pk).values_list("status", "token").first()
    if before is None or before[0] not in LIVE or (token is not None and before != (Status.RUNNING, token)):
        raise Stale
    Job.objects.filter(pk=job.pk).update(status=status, finished_at=timezone.now(), lease_until=None, **more)
    ran = before[0] == Status.RUNNING
    _count(job, waiting=0 if ran else -1, running=-1 if ran else 0)
    if status != Status.CANCELED:
        tidings.note(job)


def _count(job: Job, *, waiting: int, running: int) -> None:
    turn = Turn.objects.filter(user_id=job.user_id, pool=job.pool)
    turn.update(waiting=F("waiting") + waiting, running=F("running") + running)


def token_of(job: Job) -> uuid.UUID:
    if job.token is None:
        raise Stale
    return job.token


def _fresh(pk: int) -> Job:
    return Job.objects.select_related("user", "project").get(pk=pk)
