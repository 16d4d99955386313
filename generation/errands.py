"""A job that a provider makes: sent once, its ticket kept, asked for until it is there."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from uuid import UUID

from django.db import close_old_connections

from generation import callbacks, lifecycle
from generation.contract import Left, Outcome, Progress, RemoteEngine, Request, Result, Stopped, Ticket, Watch
from generation.enduring import endure
from generation.engines import registry
from generation.engines.remote import failures
from generation.errors import EngineFailed, Stale
from generation.models import LIVE, Job

LOOK = 0.5
AT_LEAST = 0.2  # seconds between two questions, however often the provider calls
UNREACHABLE = 10.0  # seconds until a provider that did not answer is asked again
MISREAD = 5  # answers in a row that nobody understands, until it is given up


Leaving = Callable[[], bool]


def run(job: Job, request: Request, provider: str, watch: Watch, leaving: Leaving) -> Outcome:
    engine = registry.remote(provider)
    try:
        begun = _begun(job, request, provider, engine)
        return begun if isinstance(begun, Result) else _awaited(engine, begun, job, request, watch, leaving)
    except EngineFailed as failed:
        return failed
    except Stale:
        # Whoever has the job now finds the ticket, or that it may have been sent.
        return Stopped(0, 1)


def _begun(job: Job, request: Request, provider: str, engine: RemoteEngine) -> Ticket | Result:
    known, token = job.ticket or {}, lifecycle.token_of(job)
    if "id" in known:
        return Ticket(known["provider"], known["id"])
    if known and not engine.notices_repeats:
        raise failures.uncertain("an earlier attempt fell while it was sending")
    sending = {"provider": provider, "sending": True}
    made = engine.submit(request, lambda: endure(lambda _again: lifecycle.remember(job, token, sending)))
    if isinstance(made, Ticket):
        _keep(job, token, made, engine)
    return made


def _keep(job: Job, token: UUID, ticket: Ticket, engine: RemoteEngine) -> None:
    """It is paid for there: a database that is away for a moment must not make us forget it."""
    try:
        endure(lambda _again: lifecycle.remember(job, token, asdict(ticket)))
    except Stale:
        # Nobody will know it by name; only where repeats are noticed does the next attempt get this very order.
        if not engine.notices_repeats or _still_ours(job):
            with suppress(EngineFailed):
                engine.cancel(ticket)
        raise


def _awaited(
    engine: RemoteEngine, ticket: Ticket, job: Job, request: Request, watch: Watch, leaving: Leaving
) -> Outcome:
    reached, misread = Progress(0, 1), 0
    while not watch.stopped(request.job):
        if leaving():
            return Left()
        pause = UNREACHABLE
        try:
            found = engine.check(ticket)
            if isinstance(found, Result):
                return found
            pause, misread = found.ask_again_in, 0
            if found.progress and found.progress.possible:
                reached = found.progress
                watch.progress(request.job, reached)
        except EngineFailed as failed:
            # It is at work there and paid for: only its deadline ends the asking. A page of somebody between us and it
            # is no answer yet.
            misread = misread + 1 if failed.code == failures.UNREADABLE else 0
            if not failed.retryable and not 0 < misread < MISREAD:
                raise
        _wait(pause, ticket, lambda: leaving() or watch.stopped(request.job))
    if _still_ours(job):
        with suppress(EngineFailed):
            engine.cancel(ticket)
    return Stopped(reached.step, reached.steps)


def _still_ours(job: Job) -> bool:
    """Else another attempt waits for the same order, unless it is over: nobody needs it then."""
    now = endure(lambda _again: Job.objects.filter(pk=job.pk).values_list("status", "token").first())
    return now is None or now[0] not in LIVE or now[1] == job.token


def _wait(seconds: float, ticket: Ticket, enough: Callable[[], bool]) -> None:
    """Until it is time to ask again, or the provider calls. Meanwhile others may have our connection."""
    close_old_connections()
    until = time.monotonic() + seconds
    time.sleep(min(AT_LEAST, seconds))
    while (left := until - time.monotonic()) > 0 and not enough():
        if callbacks.called(ticket, min(LOOK, left)):
            return
