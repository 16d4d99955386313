"""What Stripe told us, what we could not believe, and what the sandbox makes up."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Stored once, then handled; an unhandled one is tried again."""

    stripe_id = models.CharField(_("event"), max_length=255, unique=True)
    type = models.CharField(_("type"), max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [models.Index(fields=["received_at"], name="event_waiting", condition=Q(handled_at=None))]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}"


class Alarm(models.Model):
    """Money that does not fit what we know. Somebody has to look."""

    kind = models.CharField(_("what"), max_length=80)
    subject = models.CharField(_("of what"), max_length=255)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)
    resolved_at = models.DateTimeField(_("settled"), null=True)
    resolution = models.CharField(_("how"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "subject"], name="alarm_once")]
        permissions: ClassVar = [("settle_alarm", _("Can settle an alarm"))]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class Watermark(models.Model):
    """Up to when everything at Stripe was compared with everything here."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%c}"


class SandboxThing(models.Model):
    """An object as Stripe would keep it, for development without keys."""

    name = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=40)
    body = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
