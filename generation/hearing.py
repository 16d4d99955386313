"""What the ground tells, heard here."""

from typing import Any

from django.dispatch import receiver

from accounts import signals
from accounts.export import as_json
from accounts.models import User
from generation.models import Job

SHOWN = (
    "public_id", "tool", "model", "params", "seed", "status", "quoted", "charged", "error", "created_at", "started_at",
    "finished_at",
)  # fmt: skip


@receiver(signals.exporting)
def export(sender: Any, user: User, **_more: Any) -> list[tuple[str, bytes]]:
    return [("jobs.json", as_json(list(Job.objects.filter(user=user).order_by("pk").values(*SHOWN))))]
