"""What the ground tells, heard here."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts import signals
from accounts.export import as_json
from accounts.models import User
from billing.models import Hold
from billing.signals import moved, overdue
from generation import broadcast, lifecycle
from generation.models import LIVE, Call, Event, Job, Preset, Status

SHOWN = (
    "public_id", "tool", "model", "params", "seed", "status", "quoted", "charged", "error", "created_at", "started_at",
    "finished_at",
)  # fmt: skip


@receiver(moved)
def tell_wallet(sender: Any, user: User, available: int, held: int, **_more: Any) -> None:
    broadcast.tell_wallet(user, available, held)


@receiver(overdue)
def end_overdue(sender: Any, hold: Hold, **_more: Any) -> bool:
    """A job that waits beyond its hold waits no longer; one that runs ends by its deadline, and its hold with it."""
    kind, _colon, name = hold.reference.partition(":")
    job = Job.objects.filter(public_id=name, status__in=LIVE).first() if kind == "job" else None
    if job is not None and job.status == Status.QUEUED:
        lifecycle.fail(job, lifecycle.timed_out())
    return job is not None


@receiver([signals.signed_out, signals.deactivated])
def check_again(sender: Any, user: User, **_more: Any) -> None:
    transaction.on_commit(lambda: broadcast.check_again(user.pk))


@receiver(signals.exporting)
def export(sender: Any, user: User, **_more: Any) -> list[tuple[str, bytes]]:
    presets = Preset.objects.filter(user=user).order_by("pk").values("name", "tool", "params", "shared", "created_at")
    jobs = Job.objects.filter(user=user).order_by("pk").values(*SHOWN)
    return [("jobs.json", as_json(list(jobs))), ("presets.json", as_json(list(presets)))]


@receiver(signals.leaving)
def end_all(sender: Any, user: User, **_more: Any) -> None:
    """What waits or runs is ended and paid back. All are locked before their wallet is: a worker that just finishes one
    of them needs it.
    """
    for job in list(Job.objects.filter(user=user, status__in=LIVE).order_by("pk").select_for_update()):
        lifecycle.abandon(job)


@receiver(signals.closing)
def close(sender: Any, user: User, **_more: Any) -> None:
    """What they asked for is forgotten, what it cost stays in the books."""
    Job.objects.filter(user=user).delete()
    Call.objects.filter(user=user).delete()
    Preset.objects.filter(user=user).delete()
    Event.objects.filter(user=user).delete()
