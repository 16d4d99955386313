"""Run jobs, from claim to files. Short transactions around long work; nothing is held while it computes."""

import logging
import os
import socket
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from typing import cast

from django.conf import settings
from django.db import close_old_connections
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_noop

from accounts.errors import Refused
from generation import catalogue, errands, lifecycle, scheduling, watching
from generation.broadcast import LOST
from generation.contract import File, Left, Outcome, Request, Result, Stopped
from generation.enduring import endure
from generation.engines import registry
from generation.errors import EngineFailed, Stale
from generation.models import Job, Model, Status
from generation.tools.styles import styled
from media import recipes
from media.intake import discard_outputs, keep_output
from media.models import Asset
from media.outputs import content_of

log = logging.getLogger(__name__)


@cache
def name() -> str:
    """Of this worker: given by its watchdog, which beats for it under the same name."""
    return os.environ.get("WORKER_NAME") or f"{socket.gethostname()}:{os.getpid()}"


def work_off(pool: str) -> None:
    """Until nobody waits, the next job comes straight from PostgreSQL."""
    while not watching.draining():
        close_old_connections()
        try:
            jobs = claim(pool)
        except LOST:
            # Perhaps it was ours already, and only the answer was lost.
            give_back()
            continue
        if not jobs:
            return
        run(jobs)


def claim(pool: str) -> list[Job]:
    return scheduling.claim(pool, name(), watching.warm(), _together())


def give_back(but: Collection[int] = ()) -> None:
    """What stands under our name while nobody here is at it. An attempt that is too young to be in `but` finds itself
    without its job before it has ordered anything.
    """
    ours = Job.objects.filter(worker=name(), status=Status.RUNNING).exclude(pk__in=list(but))
    endure(lambda _again: [lifecycle.lose(job, crashed=False) for job in ours.all()])


def run(jobs: Sequence[Job]) -> None:
    model = endure(lambda _again: Model.objects.get(slug=jobs[0].model))
    with watching.Watcher(jobs) as watch:
        requests = endure(lambda _again: _prepared(jobs, model))
        outcomes = _made(model, requests, watch)
    for job, outcome in zip(requests, outcomes, strict=True):
        endure(partial(_finish, job, outcome, watch))
    if model.engine not in settings.PROVIDERS:
        watching.report(model.engine, registry.local(model.engine).warm())


def _prepared(jobs: Sequence[Job], model: Model) -> dict[Job, Request]:
    """A job whose source is gone meanwhile fails alone."""
    found = {}
    for job in jobs:
        try:
            found[job] = _request(job, model)
        except (Refused, EngineFailed) as error:
            _fail(job, _as_failure(error))
        except LOST:
            raise
        except Exception as error:
            log.exception("could not be prepared", extra={"job": str(job.public_id)})
            _fail(job, _broke(error))
    return found


def _request(job: Job, model: Model) -> Request:
    params = job.params | {"prompt": styled(job.params["prompt"], job.params.get("style"), model)}
    files = {field: content_of(_source(job, field)) for field in ("image", "mask") if job.params.get(field)}
    return Request(str(job.public_id), job.tool, catalogue.weights(model), params, job.seed, files)


def _source(job: Job, field: str) -> Asset:
    asset = Asset.objects.of(job.user).filter(public_id=job.params[field]).first()
    if asset is None:
        message = gettext_noop("The picture that it was to start from is gone. Nothing was charged.")
        raise EngineFailed(message, retryable=False, code="source_gone")
    return asset


def _made(model: Model, requests: Mapping[Job, Request], watch: watching.Watcher) -> Sequence[Outcome]:
    if not requests:
        return []
    try:
        if model.engine in settings.PROVIDERS:
            return [
                errands.run(job, request, model.engine, watch, watching.draining) for job, request in requests.items()
            ]
        return registry.local(model.engine).generate(list(requests.values()), watch)
    except EngineFailed as error:
        return [error] * len(requests)
    except Exception as error:
        log.exception("the engine broke")
        return [_broke(error)] * len(requests)


def _finish(job: Job, outcome: Outcome, watch: watching.Watcher, again: bool) -> None:
    token = lifecycle.token_of(job)
    try:
        if again:
            discard_outputs(job.reference, str(token))
        if isinstance(outcome, Result) and len(outcome.files) < scheduling.pictures(job):
            lifecycle.fail(job, _short(job, outcome), token=token)
        elif isinstance(outcome, Result):
            _keep(job, outcome)
            lifecycle.succeed(job, token, outcome.facts)
        elif isinstance(outcome, Stopped) and watch.late(str(job.public_id)):
            lifecycle.fail(job, lifecycle.timed_out(), token=token)
        elif isinstance(outcome, Left):
            lifecycle.leave(job, token)
        elif isinstance(outcome, Stopped):
            lifecycle.stop(job, token, outcome.step, outcome.steps)
        else:
            lifecycle.fail(job, outcome, token=token)
    except Stale:
        discard_outputs(job.reference, str(token))
    except Refused as error:
        discard_outputs(job.reference, str(token))
        _fail(job, _as_failure(error))
    except LOST:
        raise
    except Exception as error:
        # Else its lease would be prolonged until the deadline, and nobody would be at it.
        log.exception("could not be kept", extra={"job": str(job.public_id)})
        discard_outputs(job.reference, str(token))
        _fail(job, _unkept(error) if isinstance(error, OSError) else _broke(error))


def _keep(job: Job, result: Result) -> None:
    for file in result.files:
        recipe = _recipe(job, file, result)
        written = job.user.recipe_in_files
        content = recipes.embed(file.content, file.mime, recipe) if written else file.content
        keep_output(job.user, job.reference, content, mime=file.mime, recipe=recipe, attempt_token=str(job.token))


def _recipe(job: Job, file: File, result: Result) -> dict[str, object]:
    """Enough to make the very same file again."""
    one = {name: value for name, value in job.params.items() if value not in (None, "") and name != "n"}
    return one | {"tool": job.tool, "seed": file.seed, **result.facts}


def _fail(job: Job, error: EngineFailed) -> None:
    try:
        lifecycle.fail(job, error, token=job.token)
    except Stale:
        return


def _as_failure(error: Refused | EngineFailed) -> EngineFailed:
    if isinstance(error, EngineFailed):
        return error
    return EngineFailed(error.message, retryable=False, log=error.log, code=error.code)


def _short(job: Job, result: Result) -> EngineFailed:
    """The quote was for all of them."""
    error = ValueError(f"{len(result.files)} files instead of {scheduling.pictures(job)}")
    log.error("the engine made too few", extra={"job": str(job.public_id), "reason": str(error)})
    return _broke(error)


def _broke(error: Exception) -> EngineFailed:
    return EngineFailed(gettext_noop("The engine broke. Nothing was charged."), retryable=True, log=repr(error))


def _unkept(error: OSError) -> EngineFailed:
    message = gettext_noop("What was made could not be kept. Nothing was charged.")
    return EngineFailed(message, retryable=True, log=repr(error), code="unkept")


def _together() -> scheduling.Together:
    # Read when the first job runs already.
    caps = SimpleLazyObject(lambda: dict(Model.objects.filter(enabled=True).values_list("slug", "batches")))
    return scheduling.Together(cast("Mapping[str, Mapping[str, int]]", caps))
