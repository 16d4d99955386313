"""Who is there, warm with what; and how long people wait for them."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.reading import ReadOnly
from generation.admin.promises import promises
from generation.forecast import ALIVE
from generation.models import LIVE, Job, Status, Worker


@admin.register(Worker)
class Workers(ReadOnly):
    list_display = ("name", "state", "pool", "device", "models", "used", "runs", "started_at", "seen_at")
    list_filter = ("pool",)
    ordering = ("-seen_at",)
    fields = ("name", "pool", "device", "warm", "memory", "memory_total", "started_at", "seen_at")
    list_before_template = "generation/admin/queues.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        more = (extra_context or {}) | {"queues": queues(), "promises": promises()}
        answer: HttpResponse = super().changelist_view(request, more)
        return answer

    @display(description=_("state"), label={"alive": "success", "gone": "danger"})  # type: ignore[untyped-decorator]
    def state(self, worker: Worker) -> tuple[str, Any]:
        there = timezone.now() - worker.seen_at < timedelta(seconds=ALIVE)
        return ("alive", _("alive")) if there else ("gone", _("gone"))

    @display(description=_("warm"))  # type: ignore[untyped-decorator]
    def models(self, worker: Worker) -> str:
        return ", ".join(f"{slug} ({filesizeformat(size)})" for slug, size in worker.warm.items()) or "–"

    @display(description=_("memory"), ordering="memory")  # type: ignore[untyped-decorator]
    def used(self, worker: Worker) -> str:
        total = filesizeformat(worker.memory_total) if worker.memory_total else "?"
        return f"{filesizeformat(worker.memory)} / {total}"

    @display(description=_("runs"))  # type: ignore[untyped-decorator]
    def runs(self, worker: Worker) -> int:
        return Job.objects.filter(worker=worker.name, status=Status.RUNNING).count()


def queues() -> list[dict[str, Any]]:
    """Each pool: how many wait and run, and since when the first waits."""
    waiting, running = Q(status=Status.QUEUED), Q(status=Status.RUNNING)
    rows = Job.objects.filter(status__in=LIVE).order_by("pool").values("pool").annotate(
        waiting=Count("pk", filter=waiting), running=Count("pk", filter=running),
        people=Count("user", filter=waiting, distinct=True), oldest=Min("created_at", filter=waiting),
    )  # fmt: skip
    return [row | {"waits": _since(row["oldest"])} for row in rows]


def _since(moment: Any) -> timedelta | None:
    return None if moment is None else timedelta(seconds=round((timezone.now() - moment).total_seconds()))
