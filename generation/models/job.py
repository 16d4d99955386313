import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from media.models import Project


class Status(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("done")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


LIVE = (Status.QUEUED, Status.RUNNING)
REMOTE = "remote"  # the pool of what providers make
ENDED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)


class Lane(models.TextChoices):
    INTERACTIVE = "interactive", _("interactive")
    BATCH = "batch", _("batch")
    IDLE = "idle", _("idle")


class Job(models.Model):
    """One thing that somebody asked for. `status` is written in generation.lifecycle and nowhere else."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="+")
    retry_of = models.OneToOneField("self", models.SET_NULL, null=True, related_name="retried")
    tool = models.CharField(_("tool"), max_length=40)
    model = models.CharField(_("model"), max_length=80)
    params = models.JSONField(_("params"))
    seed = models.BigIntegerField(_("seed"))
    warnings = models.JSONField(default=list)

    sheet = models.UUIDField(null=True)  # jobs that were asked for together, to be held side by side

    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    lane = models.CharField(_("lane"), max_length=12, choices=Lane.choices, default=Lane.INTERACTIVE)
    pool = models.CharField(_("pool"), max_length=20, default="images")
    shape = models.CharField(max_length=80, blank=True)  # jobs of one model and shape fit into one batch
    units = models.FloatField(default=1)  # how much work it is, in pictures of the model's own size and steps
    overtaken = models.PositiveSmallIntegerField(default=0)

    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=40, blank=True)
    cancel_wanted_at = models.DateTimeField(null=True)

    # Seconds that were forecast when it was asked for, so that forecasts can be held against what came of them.
    promised = models.FloatField(_("forecast, seconds"), null=True)
    promised_at_most = models.FloatField(_("forecast, nine times of ten"), null=True)

    quoted = models.PositiveIntegerField(_("credits quoted"))
    charged = models.PositiveIntegerField(_("credits charged"), null=True)
    refunded = models.PositiveIntegerField(_("credits refunded by staff"), default=0)

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    crashes = models.PositiveSmallIntegerField(_("crashes"), default=0)
    token = models.UUIDField(null=True)  # of the attempt that may finish it
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    ticket = models.JSONField(null=True)  # what a remote provider calls it; written before it is asked
    error = models.JSONField(_("error"), null=True)
    facts = models.JSONField(default=dict)

    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(charged=None) | Q(charged__lte=models.F("quoted")), name="within_quote"),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, finished_at=None) | Q(status__in=ENDED, finished_at__isnull=False),
                name="ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(token__isnull=False, lease_until__isnull=False),
                name="running_has_a_lease",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at", "-id"], name="job_roll"),
            models.Index(
                fields=["pool", "user", "lane", "created_at", "id"], name="job_waiting", condition=Q(status="queued")
            ),
            models.Index(fields=["user", "sheet"], name="job_sheet", condition=Q(sheet__isnull=False)),
            models.Index(fields=["lease_until"], name="job_leases", condition=Q(status="running")),
            models.Index(
                fields=["model", "tool", "-finished_at"], name="job_durations", condition=Q(status="succeeded")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} {self.public_id}"

    @property
    def reference(self) -> str:
        """How credits and files call it."""
        return f"job:{self.public_id}"

    @property
    def ended(self) -> bool:
        return self.status in ENDED
