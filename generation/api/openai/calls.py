"""One bill for one call, however often its client sends it.

OpenAI's client tries again by itself, without a key: what it sends then is the same but for a count. Such a call joins
the job that the one before it made. A job that failed cost nothing, so after it a new one is made.
"""

import hashlib
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from rest_framework.request import Request

from accounts.access import person
from accounts.idempotency import digest_of_call, once
from accounts.models import ApiKey, User
from accounts.replies import Reply
from generation import submission
from generation.models import Call, Job, Status
from generation.submission import Terms, Wish

MINUTES = timedelta(minutes=20)
COUNT = "x-stainless-retry-count"


def job_for(request: Request, wish: Wish) -> Job:
    reply = once(request, lambda: Reply({"job": str(_joined_or_new(request, wish).public_id)}))
    return Job.objects.select_related("user", "project").get(user=person(request), public_id=reply.data["job"])


def _joined_or_new(request: Request, wish: Wish) -> Job:
    """Inside the transaction of once()."""
    user, count = person(request), _count(request)
    digest = _digest(request)
    _wait_for_turn(user, digest)
    if count and (call := _before(user, digest, count)) is not None:
        call.tries = count
        call.save(update_fields=["tries"])
        return call.job
    job = submission.submit(user, wish, Terms(api_key=key_of(request)))
    Call.objects.create(user=user, digest=digest, tries=count, job=job)
    return job


def _before(user: User, digest: str, count: int) -> Call | None:
    """The one that this is the next try of. Two equal calls at once have two jobs, and so have their retries."""
    calls = Call.objects.filter(user=user, digest=digest, tries__lt=count, at__gt=timezone.now() - MINUTES)
    return calls.exclude(job__status=Status.FAILED).select_related("job").order_by("-at").first()


def _wait_for_turn(user: User, digest: str) -> None:
    # A retry may come while the call before it is not yet committed.
    number = int.from_bytes(hashlib.sha256(f"{user.pk}:{digest}".encode()).digest()[:8], signed=True)
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
