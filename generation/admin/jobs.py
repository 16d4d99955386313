from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.access import person
from accounts.admin.reading import ReadOnly
from accounts.admin.reasons import with_reason
from generation import interventions
from generation.admin.filters import Alive, Engine
from generation.models import Job, Status

COLOURS = {
    Status.QUEUED: "info", Status.RUNNING: "warning", Status.SUCCEEDED: "success", Status.FAILED: "danger",
    Status.CANCELED: "default",
}  # fmt: skip
# What somebody wrote is theirs: the desk does with the rest.
PRIVATE = {"prompt", "negative_prompt", "image", "mask"}


@admin.register(Job)
class Jobs(ReadOnly):
    list_display = (
        "mark", "state", "tool", "model", "user", "lane", "age", "attempts", "crashes", "quoted", "charged",
    )  # fmt: skip
    list_filter = ("status", Alive, Engine, "tool", "model", "lane", "pool", "created_at")
    search_fields = ("=public_id", "=user__email", "=user__public_id", "=worker")
    list_select_related = ("user",)
    ordering = ("-created_at", "-pk")
    fields = (
        "public_id", "user", "api_key", "tool", "model", "settings", "seed", "status", "lane", "pool", "step", "steps",
        "stage", "promised", "promised_at_most", "quoted", "charged", "refunded", "attempts",
        "crashes", "worker", "lease_until", "deadline", "error",
        "created_at", "started_at", "finished_at",
    )  # fmt: skip
    readonly_fields = ("settings",)
    actions_detail = ("cancel_and_refund", "retry", "quarantine")

    def has_intervene_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("generation.change_job")

    @display(description=_("job"))  # type: ignore[untyped-decorator]
    def mark(self, job: Job) -> str:
        return str(job.public_id)[:8]

    @display(description=_("status"), ordering="status", label=dict(COLOURS))  # type: ignore[untyped-decorator]
    def state(self, job: Job) -> tuple[str, str]:
        return job.status, job.get_status_display()

    @display(description=_("age"), ordering="created_at")  # type: ignore[untyped-decorator]
    def age(self, job: Job) -> str:
        seconds = ((job.finished_at or timezone.now()) - job.created_at).total_seconds()
        return str(timedelta(seconds=round(seconds)))

    @display(description=_("settings"))  # type: ignore[untyped-decorator]
    def settings(self, job: Job) -> str:
        return ", ".join(f"{name}: {value}" for name, value in job.params.items() if name not in PRIVATE)

    @action(description=_("Cancel and refund"), url_path="cancel", permissions=["intervene"])  # type: ignore[untyped-decorator]
    def cancel_and_refund(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._with_reason(request, object_id, interventions.cancel_and_refund, _("Cancel and refund"))

    @action(description=_("Retry"), url_path="retry", permissions=["intervene"])  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._with_reason(request, object_id, interventions.retry, _("Retry"))

    @action(description=_("Quarantine"), url_path="quarantine", permissions=["intervene"])  # type: ignore[untyped-decorator]
    def quarantine(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._with_reason(request, object_id, interventions.quarantine, _("Quarantine"))

    def _with_reason(
        self, request: HttpRequest, object_id: int, verb: Callable[..., object], title: Any
    ) -> HttpResponse:
        job = get_object_or_404(Job.objects.select_related("user", "project"), pk=object_id)
        after = reverse("admin:generation_job_change", args=[object_id])
        return with_reason(request, job, title, lambda reason: verb(job, actor=person(request), reason=reason), after)
