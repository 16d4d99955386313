from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Stream(models.Model):
    """Numbers the events of a person. The row is locked last, so that numbers follow the order of commits."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="stream")
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seq}"


class Event(models.Model):
    """What a browser was told, or would have been had it listened."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    job = models.ForeignKey("generation.Job", models.CASCADE, null=True, related_name="events")
    message = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "seq"], name="event_numbered_once")]
        indexes: ClassVar = [
            models.Index(fields=["job", "seq"], name="event_of_job"),
            models.Index(fields=["at"], name="event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.seq}"
