"""Who is next. Fair between people first, then kind to the model that is warm, then as many at once as pay.

A person's turn counts the work they were given, divided by their weight; whoever had least goes first. Somebody new
starts at the lowest count of those who wait, so neither a long queue nor a long absence gives an advantage.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from billing.models import Plan
from generation import lifecycle
from generation.errors import QueueFull
from generation.models import Job, Turn

HEADS = 32
OVERTAKES = 8
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Head:
    """The next job of one person."""

    id: int
    user_id: int
    model: str
    rank: int
    overtaken: int
    waits: timedelta


def join(job: Job, plan: Plan) -> int:
    """Count a new job in its person's turn; answers how many of theirs wait."""
    with connection.cursor() as cursor:
        cursor.execute(JOIN, {"user": job.user_id, "pool": job.pool, "weight": plan.weight, "cap": plan.running})
        return int(cursor.fetchone()[0])


def check_room(waiting: int, allowed: int, everybody: int, room: int, message: str) -> None:
    if waiting > allowed or everybody > room:
        raise QueueFull(message, retry_after=10)


def claim(pool: str, worker: str, warm: Collection[str], together: "Together") -> list[Job]:
    """Jobs for this worker to do at once: the next one, and those that fit beside it."""
    for _try in range(HEADS):
        heads = _heads(pool)
        if not heads:
            return []
        first = _take(heads, worker, warm)
        if first is not None:
            return [first, *_companions(first, worker, together.room(first))]
    return []


class Together:
    """How many pictures of one model and shape go through at once."""

    def __init__(self, caps: Mapping[str, Mapping[str, int]]) -> None:
        self.caps = caps

    def room(self, job: Job) -> int:
        size = job.shape.partition(" ")[0]
        return self.caps.get(job.model, {}).get(size, 1) - pictures(job)


def pictures(job: Job) -> int:
    return int(job.params.get("n", 1))


def choose(heads: Sequence[Head], warm: Collection[str]) -> Head:
    """The fairest, unless a job for a warm model of the same lane may go before it without hurting."""
    first = heads[0]
    if first.model in warm or first.overtaken >= OVERTAKES or first.waits > PATIENCE:
        return first
    return next((head for head in heads if head.model in warm and head.rank == first.rank), first)


def _take(heads: Sequence[Head], worker: str, warm: Collection[str]) -> Job | None:
    head = choose(heads, warm)
    taken = _start(head.id, worker)
    if taken is not None and head is not heads[0]:
        Job.objects.filter(pk=heads[0].id).update(overtaken=F("overtaken") + 1)
    return taken


# One person's job a transaction: two people's turns are never locked at once.
@transaction.atomic
def _start(job_id: int, worker: str) -> Job | None:
    waiting = Job.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user", "project")
    job = waiting.filter(pk=job_id, status="queued").first()
    if job is None:
        return None
    counted = Turn.objects.filter(user_id=job.user_id, pool=job.pool, running__lt=F("cap")).update(
        running=F("running") + 1, waiting=F("waiting") - 1, served=F("served") + job.units / F("weight")
    )
    return lifecycle.start(job, worker, uuid.uuid4()) if counted else None


def _companions(first: Job, worker: str, room: int) -> list[Job]:
    found: list[Job] = []
    if room <= 0:
        return found
    with connection.cursor() as cursor:
        cursor.execute(COMPANIONS, {"pool": first.pool, "model": first.model, "shape": first.shape, "tool": first.tool})
        candidates = cursor.fetchall()
    for job_id, count in candidates:
        if count <= room and (job := _start(job_id, worker)) is not None:
            found.append(job)
            room -= count
    return found


def _heads(pool: str) -> list[Head]:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(HEADS_OF_ALL, {"pool": pool, "limit": HEADS})
        rows = cursor.fetchall()
    return [
        Head(job_id, user_id, model, rank, overtaken, now - asked)
        for job_id, user_id, model, rank, overtaken, asked in rows
    ]


RANK = "CASE j.lane WHEN 'interactive' THEN 0 WHEN 'batch' THEN 1 ELSE 2 END"

JOIN = """
INSERT INTO generation_turn AS t (user_id, pool, waiting, running, weight, cap, served)
VALUES (%(user)s, %(pool)s, 1, 0, %(weight)s, %(cap)s, COALESCE(
    (SELECT min(served) FROM generation_turn WHERE pool = %(pool)s AND waiting + running > 0), 0))
ON CONFLICT (user_id, pool) DO UPDATE SET
    waiting = t.waiting + 1, weight = excluded.weight, cap = excluded.cap,
    served = CASE WHEN t.waiting + t.running = 0 THEN GREATEST(t.served, excluded.served) ELSE t.served END
RETURNING waiting
"""

HEADS_OF_ALL = f"""
SELECT h.id, t.user_id, h.model, h.rank, h.overtaken, h.created_at
FROM generation_turn t CROSS JOIN LATERAL (
    SELECT j.id, j.model, j.overtaken, j.created_at, {RANK} AS rank FROM generation_job j
    WHERE j.status = 'queued' AND j.pool = t.pool AND j.user_id = t.user_id
    ORDER BY {RANK}, j.created_at, j.id LIMIT 1
) h
WHERE t.pool = %(pool)s AND t.waiting > 0 AND t.running < t.cap
ORDER BY h.rank, t.served, t.waiting, h.created_at LIMIT %(limit)s
"""  # noqa: S608

COMPANIONS = f"""
SELECT j.id, COALESCE((j.params->>'n')::int, 1)
FROM generation_job j JOIN generation_turn t ON t.user_id = j.user_id AND t.pool = j.pool
WHERE j.status = 'queued' AND j.pool = %(pool)s AND j.model = %(model)s AND j.shape = %(shape)s
    AND j.tool = %(tool)s AND t.running < t.cap
ORDER BY {RANK}, t.served, j.created_at LIMIT 16
"""  # noqa: S608
