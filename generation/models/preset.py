import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Preset(models.Model):
    """Settings of a tool kept by name. Whoever has the link of a shared one may begin with it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presets", verbose_name=_("user"))
    tool = models.CharField(_("tool"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    params = models.JSONField(_("settings"), default=dict)
    shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "tool", "name"], name="one_preset_of_a_name_and_tool")
        ]

    def __str__(self) -> str:
        return self.name
