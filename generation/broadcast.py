"""What a browser is told. Nobody else knows how a message looks or where it goes.

Each person has one numbered stream. A number is taken last in a transaction and its row is locked until the commit, so
numbers never arrive in another order than they were given; whoever finds a gap asks for what it missed.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from accounts import letters, limits
from accounts.models import User
from billing import credits
from generation import forecast
from generation.errors import in_words
from generation.models import ENDED, Event, Job, Status, Stream
from media.outputs import outputs_of

log = logging.getLogger(__name__)

LOST = (OperationalError, InterfaceError, PoolTimeout)
SHOWN = 30  # jobs in a snapshot
Message = dict[str, Any]

NEXT = """
INSERT INTO generation_stream (user_id, seq) VALUES (%s, 1)
ON CONFLICT (user_id) DO UPDATE SET seq = generation_stream.seq + 1 RETURNING seq
"""


# A number that is seen before its event reads as an event that is forgotten.
@transaction.atomic(savepoint=False)
def tell(user: User, message: Mapping[str, Any], job: Job | None = None) -> int:
    """Inside the transaction of what it tells."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [user.pk])
        seq = int(cursor.fetchone()[0])
    said = _plain({**message, "seq": seq})
    Event.objects.create(user=user, seq=seq, job=job, message=said)
    transaction.on_commit(lambda: publish(user.pk, {"type": "stream.event", "seq": seq, "message": said}))
    return seq


def tell_job(job: Job) -> int:
    with letters.language_of(job.user):
        shown = described([job])[0]
    return tell(job.user, {"type": "job", "job": shown}, job)


def tell_new(job: Job, place: int) -> Message:
    """Its place is known already, and outputs it has none."""
    shown = _described(job, (), place)
    tell(job.user, {"type": "job", "job": shown}, job)
    return shown


def tell_wallet(user: User, available: int, held: int) -> int:
    return tell(user, {"type": "wallet", "wallet": {"available": available, "held": held}})


def show_preview(user_id: int, job: str, step: int, steps: int, picture: str) -> None:
    """Neither numbered nor kept: the next one is better anyway."""
    message = {"type": "preview", "job": job, "step": step, "steps": steps, "image": picture}
    publish(user_id, {"type": "stream.preview", "message": message})


def check_again(user_id: int) -> None:
    """Somebody may have signed out."""
    publish(user_id, {"type": "stream.recheck"})


def group(user_id: int) -> str:
    return f"user-{user_id}"


def publish(user_id: int, event: Mapping[str, Any]) -> None:
    """By the channel layer's own channel, but from here: its `group_send` opens a loop and a connection each time."""
    layer = get_channel_layer()
    try:
        limits.connection().publish(_channel(user_id), layer.serialize(dict(event)))
    except RedisError as error:
        log.warning("a message was not sent on", extra={"reason": repr(error)})


def listens(user_id: int) -> bool:
    """Is a page of theirs open, in any process?"""
    return any(count for _name, count in limits.connection().pubsub_numsub(_channel(user_id)))


def _channel(user_id: int) -> str:
    """As the channel layer calls it in Redis."""
    return f"{settings.CHANNEL_PREFIX}__group__{group(user_id)}"


def since(user: User, seq: int) -> list[Message] | None:
    """What came after `seq`; None when that is too long ago to tell without a gap."""
    rows = list(Event.objects.filter(user=user, seq__gt=seq).order_by("seq").values_list("seq", "message"))
    now = latest(user)
    if seq > now or (rows and rows[0][0] != seq + 1) or (not rows and now != seq):
        return None
    return [message for _seq, message in rows]


def of_job(job: Job, seq: int) -> list[Message]:
    """The numbered events of one job after `seq`."""
    return list(Event.objects.filter(job=job, seq__gt=seq).order_by("seq").values_list("message", flat=True))


def latest(user: User) -> int:
    return Stream.objects.filter(user=user).values_list("seq", flat=True).first() or 0


def latest_of(users: Collection[int]) -> dict[int, int]:
    return dict(Stream.objects.filter(user__in=users).values_list("user_id", "seq"))


def snapshot(user: User) -> Message:
    """The number is read first: what happens meanwhile comes again as an event, which does no harm."""
    seq = latest(user)
    jobs = list(Job.objects.filter(user=user).select_related("user", "project").order_by("-created_at", "-pk")[:SHOWN])
    wallet = credits.balance(user)
    with letters.language_of(user):
        shown = described(jobs)
    return _plain(
        {
            "type": "snapshot",
            "seq": seq,
            "jobs": shown,
            "wallet": {"available": wallet.available, "held": wallet.held},
        }
    )


def described(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """Jobs as the API and the socket show them, in one breath for all of them."""
    rows = list(jobs)
    outputs = outputs_of([job.reference for job in rows if job.status == Status.SUCCEEDED])
    places = forecast.places(rows)
    return [_described(job, outputs.get(job.reference, []), places.get(job.pk)) for job in rows]


def _described(job: Job, outputs: Sequence[Mapping[str, Any]], place: int | None) -> dict[str, Any]:
    at = f"/api/v1/jobs/{job.public_id}"
    return {
        "id": str(job.public_id),
        "tool": job.tool,
        "model": job.model,
        "status": job.status,
        "progress": _progress(job),
        "step": job.step,
        "steps": job.steps,
        "stage": job.stage,
        "queue_position": place,
        "eta": _eta(job, place),
        "cost": _cost(job),
        "params": job.params,
        "seed": job.seed,
        "outputs": list(outputs),
        "error": in_words(job.error),
        "warnings": job.warnings,
        "lane": job.lane,
        "project": job.project and str(job.project.public_id),
        "sheet": job.sheet and str(job.sheet),
        "attempts": job.attempts,
        "canceling": job.cancel_wanted_at is not None and not job.ended,
        "created_at": _time(job.created_at),
        "started_at": _time(job.started_at),
        "finished_at": _time(job.finished_at),
        "urls": {"self": at, "events": f"{at}/events", "cancel": f"{at}/cancellation"},
    }


def _progress(job: Job) -> float:
    if job.status == Status.SUCCEEDED:
        return 1.0
    return round(job.step / job.steps, 3) if job.steps else 0.0


def _eta(job: Job, place: int | None) -> dict[str, float] | None:
    if job.status == Status.QUEUED:
        return forecast.eta(job.tool, job.model, job.units, place or 0, job.pool)
    return forecast.remaining(job) if job.status == Status.RUNNING else None


def _cost(job: Job) -> dict[str, int]:
    charged = job.charged or 0
    ended = job.status in ENDED
    return {
        "quoted": job.quoted,
        "held": 0 if ended else job.quoted,
        "charged": charged,
        "refunded": job.refunded + (job.quoted - charged if ended else 0),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(timezone.get_default_timezone()).isoformat().replace("+00:00", "Z") if moment else None


def _plain(message: Mapping[str, Any]) -> Message:
    told: Message = orjson.loads(orjson.dumps(message, default=str))
    return told


def forget_old() -> int:
    """What upkeep calls. A stream keeps its number, so an old reader is told to begin anew."""
    return Event.objects.filter(at__lt=timezone.now() - settings.EVENTS_KEPT).delete()[0]
