from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class Tiding(models.Model):
    """A job that took long has ended: its person may want to be told, once."""

    job = models.OneToOneField("generation.Job", models.CASCADE, primary_key=True, related_name="tiding")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Not before: somebody is at it, or it was not taken. Processes of an earlier version know none of this.
    try_at = models.DateTimeField(default=timezone.now, db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="tiding_age")]

    def __str__(self) -> str:
        return f"{self.job_id} of {self.user_id}"
