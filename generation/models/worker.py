from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Worker(models.Model):
    """A process that makes things, as it last reported."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    pool = models.CharField(_("pool"), max_length=20)
    device = models.CharField(_("device"), max_length=120, blank=True)
    warm = models.JSONField(_("models in memory"), default=dict)
    memory = models.BigIntegerField(_("memory in use"), default=0)
    memory_total = models.BigIntegerField(_("memory"), default=0)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
