"""From a wish to a waiting job: settle, price, then one transaction writes job, turn, hold and event, and rings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import closure
from accounts.errors import InvalidRequest
from accounts.models import ApiKey, User
from accounts.reading import parse
from billing import credits, prices
from billing.models import Plan
from billing.plans import plan_of
from generation import catalogue, forecast, lifecycle, pricing, scheduling, tasks, tools
from generation.errors import CannotRetry
from generation.models import Job, Lane, Model, Status
from generation.pricing import Price
from generation.tools.base import Tool
from media.models import Asset, Project, Space
from media.models.space import full, is_full

HELD_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, checked and with nothing left open."""

    tool: Tool
    model: Model
    params: Mapping[str, Any]
    price: Price
    warnings: list[str]

    @property
    def pool(self) -> str:
        return catalogue.pool(self.tool, self.model)


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is asked for."""

    lane: str = Lane.INTERACTIVE
    project: Project | None = None
    api_key: ApiKey | None = None
    retry_of: Job | None = None
    sheet: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def settle(user: User, tool_name: str, params: Any) -> Wish:
    tool = tools.named(tool_name)
    asked = parse(params, tool.params)
    model = catalogue.find(asked.model, tool.name)
    settled = tool.settle(asked, model)
    _check_files(user, tool, settled)
    warnings = catalogue.warnings(model, str(settled.get("prompt", "")))
    return Wish(tool, model, settled, pricing.price(tool, model, settled), warnings)


def quote(user: User, wish: Wish) -> dict[str, Any]:
    queue = forecast.queue(wish.pool, user.pk)
    return {
        "credits": wish.price.credits,
        "breakdown": wish.price.breakdown,
        "expires_at": timezone.now() + prices.PROMISED,
        "eta": _eta(wish, queue),
        "queue_position": queue.place,
        "model": wish.model.slug,
        # A price is told all the same: room can be made before the press.
        "warnings": [*wish.warnings, *_obstacles(user)],
    }


def submit(user: User, wish: Wish, terms: Terms = Terms()) -> Job:
    return enter(user, wish, terms)[0]


@transaction.atomic
def enter(user: User, wish: Wish, terms: Terms = Terms()) -> tuple[Job, Mapping[str, Any]]:
    """The job, and how it is shown: whoever asked would only look it up again."""
    # Before the words to browsers, which go out on the same commit: the worker wakes while those are sent.
    transaction.on_commit(lambda: tasks.ring(wish.pool))
    queue = forecast.queue(wish.pool, user.pk)
    plan = plan_of(user)
    _check_person(user, plan)
    job = _record(user, wish, terms, _eta(wish, queue))
    waiting = scheduling.join(job, plan)
    message = _("Too many of your jobs are waiting. Try again when some are done.")
    scheduling.check_room(waiting, plan.queued, queue.waiting + 1, settings.QUEUE_ROOM, message)
    credits.hold(
        user, job.quoted, reference=job.reference, expires_at=timezone.now() + HELD_FOR, api_key=terms.api_key,
        title=_title(wish), tool=wish.tool.name,
    )  # fmt: skip
    shown = lifecycle.queued(job, queue.place)
    return job, shown


def retry(job: Job, api_key: ApiKey | None = None) -> Job:
    """The same again, as a job of its own with a price of its own. Asking twice gives the same one."""
    if job.status not in (Status.FAILED, Status.CANCELED):
        raise CannotRetry(_("Only what failed or was canceled can be tried again."))
    if (known := Job.objects.select_related("user", "project").filter(retry_of=job).first()) is not None:
        return known
    wish = settle(job.user, job.tool, job.params)
    try:
        with transaction.atomic():
            again = Terms(job.lane, job.project, api_key, retry_of=job, sheet=job.sheet)
            return submit(job.user, wish, again)
    except IntegrityError:
        return Job.objects.select_related("user", "project").get(retry_of=job)


def own_project(user: User, public_id: UUID | None) -> Project | None:
    if public_id is None:
        return None
    project = Project.objects.filter(user=user, public_id=public_id).first()
    if project is None:
        raise InvalidRequest(_("Some of this is not right."), details={"project": [_("You have no such project.")]})
    return project


def _eta(wish: Wish, queue: forecast.Queue) -> dict[str, float]:
    return forecast.eta(wish.tool.name, wish.model.slug, wish.price.units, queue.place, wish.pool)


def _check_person(user: User, plan: Plan) -> None:
    known = closure.staying(user, "space")
    if is_full(getattr(known, "space", None), plan.storage):
        raise full()


def _obstacles(user: User) -> list[str]:
    """For which a press would be refused as things stand."""
    space = Space.objects.filter(user=user).first()
    return [full().message] if is_full(space, plan_of(user).storage) else []


def _record(user: User, wish: Wish, terms: Terms, eta: Mapping[str, float]) -> Job:
    return Job.objects.create(
        user=user, tool=wish.tool.name, model=wish.model.slug, params=dict(wish.params), seed=wish.params["seed"],
        warnings=wish.warnings, lane=terms.lane, project=terms.project, api_key=terms.api_key,
        retry_of=terms.retry_of, sheet=terms.sheet, pool=wish.pool, shape=wish.tool.shape(wish.params),
        units=wish.price.units, steps=wish.tool.steps(wish.params), quoted=wish.price.honoured, facts=dict(terms.facts),
        promised=eta["p50"], promised_at_most=eta["p90"],
    )  # fmt: skip


def _check_files(user: User, tool: Tool, params: Mapping[str, Any]) -> None:
    wanted = {name: UUID(params[name]) for name in tool.params.files}
    if not wanted:
        return
    mine = Asset.objects.of(user).filter(trashed_at=None, kind="image", public_id__in=wanted.values())
    there = {row.public_id: (row.width or 0, row.height or 0) for row in mine}
    if lacking := [name for name, public_id in wanted.items() if public_id not in there]:
        message = _("There is no such picture in your library.")
        raise InvalidRequest(_("Some of this is not right."), details={name: [message] for name in lacking})
    tool.fits(params, {name: there[public_id] for name, public_id in wanted.items()})


def _title(wish: Wish) -> str:
    prompt = str(wish.params.get("prompt", ""))
    shown = prompt if len(prompt) <= 60 else f"{prompt[:59]}…"
    return f"{wish.tool.title} · “{shown}”"
