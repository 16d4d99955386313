"""What staff do to somebody's job: with a reason, in the audit log, and told to its person like any change."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.errors import Conflict
from accounts.models import User
from billing import credits
from generation import broadcast, lifecycle, submission
from generation.errors import EngineFailed
from generation.models import Job


@transaction.atomic
def cancel_and_refund(job: Job, *, actor: User, reason: str) -> None:
    """Over at once if it lives; and nothing of what it cost stays with us."""
    job = _locked(job)
    back = job.quoted
    if job.ended:
        back = _give_back(job, actor, reason)
    else:
        lifecycle.abandon(job)
    audit.record(actor, "job canceled and refunded", job.reference, credits=back, reason=reason)
    broadcast.tell_job(_locked(job))


@transaction.atomic
def retry(job: Job, *, actor: User, reason: str) -> Job:
    """A job of its own with a price of its own, as if its person had asked again."""
    again = submission.retry(job)
    audit.record(actor, "job retried", job.reference, again=again.reference, reason=reason)
    return again


@transaction.atomic
def quarantine(job: Job, *, actor: User, reason: str) -> None:
    """Taken out of the queue or off its worker, never to run again. Nothing is charged."""
    job = _locked(job)
    if job.ended:
        raise Conflict(_("It has already ended."))
    message = gettext_noop("We have put this aside. Nothing was charged.")
    lifecycle.fail(job, EngineFailed(message, retryable=False, log="put aside by staff", code="quarantined"))
    audit.record(actor, "job quarantined", job.reference, reason=reason)


def _give_back(job: Job, actor: User, reason: str) -> int:
    back = (job.charged or 0) - job.refunded
    if back <= 0:
        raise Conflict(_("Nothing was charged that could be given back."))
    held = credits.refund(job.reference, back, actor=actor, reason=reason, key="whole")
    Job.objects.filter(pk=job.pk).update(refunded=held.refunded)
    return back


def _locked(job: Job) -> Job:
    return Job.objects.select_for_update(of=("self",)).select_related("user", "project").get(pk=job.pk)
