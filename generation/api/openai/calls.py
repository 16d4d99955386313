"""One bill for one call, however often its client sends it.

OpenAI's client tries again by itself, without a key: what it sends then is the same but for a count. Such a call joins
the job that the one before it made. A job that failed cost nothing, so after it a new one is made. What was refused is
remembered for a moment, or its next try would be taken for that of an equal call that was let in.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request

from accounts.access import person
from accounts.errors import Unavailable
from accounts.idempotency import digest_of_call, once
from accounts.models import ApiKey, User
from accounts.replies import Reply
from billing.errors import InsufficientCredits
from generation import submission
from generation.errors import QueueFull
from generation.models import Call, Job, Status
from generation.submission import Terms, Wish

MINUTES = timedelta(minutes=20)
SOON = timedelta(seconds=90)  # after which no client tries a refused call again by itself
MOST = 100  # refused calls of one person that are remembered at once
COUNT = "x-stainless-retry-count"


@dataclass(frozen=True, slots=True)
class Try:
    user: User
    digest: str
    count: int


def job_for(request: Request, wish: Wish) -> Job:
    this = _this(request)
    try:
        reply = once(request, lambda: Reply({"job": str(_joined_or_new(request, this, wish).public_id)}))
    except (QueueFull, InsufficientCredits, Unavailable):
        refused(request)
        raise
    return Job.objects.select_related("user", "project").get(user=this.user, public_id=reply.data["job"])


def refused(request: Request) -> None:
    this = _this(request)
    call = _refused(this)
    # Who is refused without end would write without end.
    if call is not None or _refusals(this) < MOST:
        _keep(call, this, None)


def _this(request: Request) -> Try:
    return Try(person(request), _digest(request), _count(request))


def _joined_or_new(request: Request, this: Try, wish: Wish) -> Job:
    """Inside the transaction of once()."""
    _wait_for_turn(this)
    call = _refused(this)
    if call is None and (joined := _joinable(this)) is not None:
        _keep(joined, this, joined.job)
        return cast(Job, joined.job)
    job = submission.submit(this.user, wish, Terms(api_key=key_of(request)))
    _keep(call, this, job)
    return job


def _keep(call: Call | None, this: Try, job: Job | None) -> None:
    call = call or Call(user=this.user, digest=this.digest)
    # Its client waits anew from now on.
    call.tries, call.job, call.at = this.count, job, timezone.now()
    call.save()


def _refused(this: Try) -> Call | None:
    """The one that this is the next try of, if it got nothing."""
    soon = timezone.now() - SOON
    failed = Q(job__status=Status.FAILED, job__finished_at__gt=soon, job__error__retryable=True)
    return _before(this).filter(Q(job=None, at__gt=soon) | failed).first()


def _refusals(this: Try) -> int:
    return Call.objects.filter(user=this.user, job=None, at__gt=timezone.now() - SOON).count()


def _joinable(this: Try) -> Call | None:
    """Two equal calls at once have two jobs, and so have their retries."""
    made = _before(this).filter(job__isnull=False, at__gt=timezone.now() - MINUTES)
    return made.exclude(job__status=Status.FAILED).select_related("job").first()


def _before(this: Try) -> QuerySet[Call]:
    """The last try before this one, or where that never came, one earlier."""
    equal = Call.objects.filter(user=this.user, digest=this.digest, tries__lt=this.count)
    return equal.order_by("-tries", "-at")


def _wait_for_turn(this: Try) -> None:
    # A retry may come while the call before it is not yet committed.
    number = int.from_bytes(hashlib.sha256(f"{this.user.pk}:{this.digest}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _digest(request: Request) -> str:
    key = key_of(request)
    return hashlib.sha256(f"{key.pk if key else ''}:{digest_of_call(request)}".encode()).hexdigest()


def _count(request: Request) -> int:
    said = request.headers.get(COUNT, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 3 else 0


def key_of(request: Request) -> ApiKey | None:
    return request.auth if isinstance(request.auth, ApiKey) else None


def forget_old() -> int:
    """What upkeep calls."""
    return Call.objects.filter(at__lt=timezone.now() - MINUTES).delete()[0]
