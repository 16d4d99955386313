"""What took long is done, and nobody was looking: told by e-mail. Noted in the transaction that ends the job, sent by
upkeep, so that a mail server that is down holds up nothing and loses nothing.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import letters
from accounts.models import User
from generation import broadcast
from generation.models import LIVE, Job, Status, Tiding
from media.outputs import outputs_of

log = logging.getLogger(__name__)

AT_ONCE = 200
APART = timedelta(minutes=10)  # between two letters to one person
PATIENCE = timedelta(hours=1)  # how long one letter waits for what is still at work
KEPT = timedelta(days=1)


def note(job: Job) -> None:
    """Programs wait by other means."""
    if job.api_key_id is None and timezone.now() - job.created_at >= timedelta(seconds=settings.LONG_JOB):
        Tiding.objects.bulk_create([Tiding(job=job, user_id=job.user_id)], ignore_conflicts=True)


def tell() -> int:
    """What upkeep calls."""
    Tiding.objects.filter(at__lt=timezone.now() - KEPT).delete()
    waiting = Tiding.objects.filter(told_at=None).values_list("user", flat=True).distinct()[:AT_ONCE]
    return sum(_tell(user) for user in User.objects.filter(pk__in=list(waiting)))


def _tell(user: User) -> bool:
    if not user.is_active or not user.mail_when_done or broadcast.listens(user.pk):
        Tiding.objects.filter(user=user, told_at=None).delete()
        return False
    jobs = _claim(user)
    return bool(jobs) and _sent(user, jobs)


@transaction.atomic
def _claim(user: User) -> Sequence[Job]:
    """Marked before it is sent: whoever asks meanwhile finds nothing to tell."""
    rows = Tiding.objects.select_for_update(skip_locked=True).filter(user=user, told_at=None).order_by("at")
    found, now = list(rows), timezone.now()
    if not found or Tiding.objects.filter(user=user, told_at__gt=now - APART).exists():
        return []
    at_work = Job.objects.filter(user=user, status__in=LIVE, api_key=None)
    if found[0].at > now - PATIENCE and at_work.exists():
        return []
    told = [row.job_id for row in found]
    Tiding.objects.filter(pk__in=told).update(told_at=now)
    return list(Job.objects.filter(pk__in=told).order_by("pk"))


def _sent(user: User, jobs: Sequence[Job]) -> bool:
    try:
        with letters.language_of(user):
            _write(user, jobs)
    except (SMTPException, OSError) as error:
        Tiding.objects.filter(job__in=jobs).update(told_at=None)
        log.warning("mail was not sent", extra={"template": "done", "reason": repr(error)})
        return False
    return True


def _write(user: User, jobs: Sequence[Job]) -> None:
    """What was asked for stays out of it: mail is read by others."""
    outputs = outputs_of([job.reference for job in jobs])
    pictures = [picture["id"] for job in jobs for picture in outputs.get(job.reference, [])]
    failed = sum(job.status == Status.FAILED for job in jobs)
    if not pictures and not failed:
        return  # thrown away meanwhile
    subject = ngettext("Your picture is ready", "Your %(count)d pictures are ready", len(pictures))
    if not pictures:
        subject = _("What you asked for did not work")
    path = reverse("library-asset", args=[pictures[0]]) if len(pictures) == 1 else reverse("library")
    body = render_to_string("generation/done.txt", {"pictures": len(pictures), "failed": failed})
    step = letters.Step(_("Look at it") if len(pictures) == 1 else _("Open the library"), settings.SITE_URL + path)
    foot = letters.Step(_("Choose which letters you get"), settings.SITE_URL + reverse("account"))
    letters.write(user, subject % {"count": len(pictures)}, body, step, foot)
