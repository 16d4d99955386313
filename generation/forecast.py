"""How long it will take: from what such jobs took lately, and from who is ahead."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import ExpressionWrapper, F, FloatField, Sum
from django.db.models.functions import Extract
from django.utils import timezone

from generation.models import REMOTE, Job, Status, Turn, Worker

LATELY = 50
REMEMBERED = 15.0
COUNTED = 5.0
ALIVE = 45.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for one unit of work, and how many jobs say so."""

    p50: float
    p90: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a job would stand that one person asked for now, and how many wait in all."""

    place: int
    waiting: int


GUESS = Pace(2.0, 20.0)
_paces: dict[tuple[str, str], tuple[float, Pace]] = {}
_awake: dict[str, tuple[float, int]] = {}


def pace(tool: str, model: str) -> Pace:
    known = _paces.get((tool, model))
    if known is not None and time.monotonic() - known[0] < REMEMBERED:
        return known[1]
    found = _measured(tool, model)
    _paces[tool, model] = (time.monotonic(), found)
    return found


def _measured(tool: str, model: str) -> Pace:
    took = ExpressionWrapper(Extract(F("finished_at") - F("started_at"), "epoch") / F("units"), FloatField())
    rows = Job.objects.filter(model=model, tool=tool, status=Status.SUCCEEDED, units__gt=0)
    seconds = [float(value) for value in rows.order_by("-finished_at").values_list(took, flat=True)[:LATELY]]
    if not seconds:
        return GUESS
    p90 = quantiles(seconds, n=10)[-1] if len(seconds) > 1 else seconds[0] * 1.5
    return Pace(median(seconds), p90, len(seconds))


def eta(tool: str, model: str, units: float, position: int, pool: str) -> dict[str, float]:
    """Seconds until it is done, if `position` jobs like it go first. Nothing measured is a guess, and says so."""
    speed, rounds = pace(tool, model), position / _workers(pool) + 1
    # Delays of many jobs in a row even out: their spread grows with the root of their number.
    spread = (speed.p90 - speed.p50) * units * math.sqrt(rounds)
    middle = speed.p50 * units * rounds
    return {"p50": round(middle, 2), "p90": round(middle + spread, 2), "measured": speed.measured}


def remaining(job: Any) -> dict[str, float]:
    """Of a job that runs."""
    speed = pace(job.tool, job.model)
    gone = (timezone.now() - job.started_at).total_seconds() if job.started_at else 0.0
    left = [max(value * job.units - gone, 0.0) for value in (speed.p50, speed.p90)]
    return {"p50": round(left[0], 2), "p90": round(left[1], 2), "measured": speed.measured}


def places(jobs: Sequence[Job]) -> dict[int, int]:
    """How many jobs start before each of these. Turns are taken, so a person's k-th waits for k of each other's."""
    waiting = [job for job in jobs if job.status == Status.QUEUED]
    if not waiting:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [[job.pk for job in waiting]])
        return dict(cursor.fetchall())


def queue(pool: str, user_id: int) -> Queue:
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, {"pool": pool, "user": user_id})
        return Queue(*cursor.fetchone())


def waiting_in(pool: str) -> int:
    return Turn.objects.filter(pool=pool).aggregate(all=Sum("waiting"))["all"] or 0


def forget() -> None:
    """What is remembered of paces and workers."""
    _paces.clear()
    _awake.clear()


def awake(pool: str) -> int:
    since = timezone.now() - timedelta(seconds=ALIVE)
    return Worker.objects.filter(pool=pool, seen_at__gt=since).count()


def _workers(pool: str) -> int:
    known = _awake.get(pool)
    if known is None or time.monotonic() - known[0] > COUNTED:
        at_once = settings.REMOTE_AT_ONCE if pool == REMOTE else 1
        known = _awake[pool] = (time.monotonic(), awake(pool) * at_once)
    return max(1, known[1])


QUEUE = """
WITH mine AS (
    SELECT COALESCE((SELECT waiting FROM generation_turn WHERE pool = %(pool)s AND user_id = %(user)s), 0) AS own
)
SELECT (own + COALESCE(sum(LEAST(t.waiting, own + 1)) FILTER (WHERE t.user_id <> %(user)s), 0))::int,
    COALESCE(sum(t.waiting), 0)::int
FROM mine LEFT JOIN generation_turn t ON t.pool = %(pool)s AND t.waiting > 0 GROUP BY own
"""
PLACES = """
WITH mine AS (
    SELECT j.id, j.user_id, j.pool,
           (SELECT count(*) FROM generation_job o WHERE o.status = 'queued' AND o.pool = j.pool
               AND o.user_id = j.user_id AND (o.created_at, o.id) < (j.created_at, j.id)) AS before
    FROM generation_job j WHERE j.id = ANY(%s)
)
SELECT m.id, (m.before + COALESCE((SELECT sum(LEAST(t.waiting, m.before + 1)) FROM generation_turn t
    WHERE t.pool = m.pool AND t.user_id <> m.user_id AND t.waiting > 0), 0))::int
FROM mine m
"""
