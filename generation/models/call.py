from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Call(models.Model):
    """A call of the OpenAI dialect and the job that it made, so that its retries join that one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    job = models.ForeignKey("generation.Job", models.CASCADE, related_name="+", null=True)  # none was made: refused
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "digest", "-at"], name="call_again"),
            models.Index(fields=["at"], name="call_age"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} × {self.tries + 1}"
