"""What took long is done, and nobody was looking: told by e-mail. Noted in the transaction that ends the job, sent by
upkeep, so that a mail server that is down holds up nothing and loses nothing.

Taken for a while, sent, then marked as told: whoever falls in between leaves a letter that is sent again, under the
same name, so that most mail programs show it once.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import letters, unasked
from accounts.models import User
from generation import broadcast
from generation.models import LIVE, Job, Status, Tiding
from media.outputs import outputs_of

log = logging.getLogger(__name__)

AT_ONCE = 200  # letters
APART = timedelta(minutes=10)  # between two letters to one person
PATIENCE = timedelta(hours=1)  # how long one letter waits for what is still at work
KEPT = timedelta(days=1)
TAKEN = timedelta(minutes=5)  # longer than a mail server takes to refuse
LONGEST_PAUSE = timedelta(hours=4)


class NoServer(Exception):
    """Nobody takes letters at the moment, whoever they are for."""


def note(job: Job) -> None:
    """Programs wait by other means."""
    if job.api_key_id is None and timezone.now() - job.created_at >= timedelta(seconds=settings.LONG_JOB):
        Tiding.objects.bulk_create([Tiding(job=job, user_id=job.user_id)], ignore_conflicts=True)


def tell() -> int:
    """What upkeep calls."""
    now, sent = timezone.now(), 0
    Tiding.objects.filter(at__lt=now - KEPT).delete()
    due = Tiding.objects.filter(told_at=None, try_at__lte=now).values("user").annotate(first=Min("try_at"))
    waiting = list(due.order_by("first").values_list("user", flat=True))
    people = User.objects.in_bulk(waiting)
    for user in filter(None, map(people.get, waiting)):
        try:
            sent += _tell(user)
        except NoServer:
            return sent
        if sent == AT_ONCE:
            return sent
    return sent


def _tell(user: User) -> bool:
    if not user.is_active or not user.mail_when_done or broadcast.listens(user.pk):
        Tiding.objects.filter(user=user, told_at=None).delete()
        return False
    jobs = _claim(user)
    return bool(jobs) and _sent(user, jobs)


@transaction.atomic
def _claim(user: User) -> Sequence[Job]:
    """Taken before it is sent: whoever asks meanwhile finds nothing to tell."""
    rows = Tiding.objects.select_for_update(skip_locked=True).filter(user=user, told_at=None).order_by("at")
    found, now = list(rows), timezone.now()
    if not found or any(row.try_at > now for row in found):
        return []
    if Tiding.objects.filter(user=user, told_at__gt=now - APART).exists():
        return []
    at_work = Job.objects.filter(user=user, status__in=LIVE, api_key=None)
    if found[0].at > now - PATIENCE and at_work.exists():
        return []
    told = [row.job_id for row in found]
    Tiding.objects.filter(pk__in=told).update(try_at=now + TAKEN, tries=F("tries") + 1)
    return list(Job.objects.filter(pk__in=told).order_by("pk"))


def _sent(user: User, jobs: Sequence[Job]) -> bool:
    told = Tiding.objects.filter(job__in=jobs)
    try:
        with letters.language_of(user):
            _write(user, jobs)
    except (OSError, ValueError) as error:
        log.warning("mail was not sent", extra={"template": "done", "reason": repr(error)})
        if letters.for_good(error):
            told.delete()
        else:
            _later(told, letters.about_them(error))
        return False
    told.update(told_at=timezone.now())
    return True


def _later(told: QuerySet[Tiding], theirs: bool) -> None:
    if not theirs:
        told.update(try_at=timezone.now(), tries=0)
        raise NoServer
    tries = told.aggregate(most=Max("tries"))["most"] or 1
    told.update(try_at=timezone.now() + min(timedelta(minutes=2**tries), LONGEST_PAUSE))


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
    headers = unasked.headers(user) | {"Message-ID": _name(jobs)}
    letters.write(user, subject % {"count": len(pictures)}, body, step, unasked.foot(user), headers)


def _name(jobs: Sequence[Job]) -> str:
    """The same for the same letter."""
    about = uuid5(NAMESPACE_URL, " ".join(job.reference for job in jobs))
    return f"<{about}@{urlsplit(settings.SITE_URL).hostname}>"
