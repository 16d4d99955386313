from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Model(models.Model):
    """A model that this installation knows. What is not installed or not enabled serves nobody."""

    slug = models.SlugField(_("name"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=120)
    note = models.CharField(_("what it is good at"), max_length=300, blank=True)
    engine = models.CharField(_("engine"), max_length=40, default="local")
    family = models.CharField(_("family"), max_length=40)
    source = models.CharField(_("source"), max_length=300, help_text=_("a folder, or a repository of a model hub"))
    revision = models.CharField(_("revision"), max_length=64, blank=True)
    hashes = models.JSONField(_("hashes"), default=dict, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    licence_url = models.URLField(_("licence text"), blank=True)
    bytes = models.BigIntegerField(_("size on disk"), default=0)
    vram = models.BigIntegerField(_("memory while it works"), default=0)
    tools = ArrayField(models.CharField(max_length=40), verbose_name=_("tools"), default=list)
    defaults = models.JSONField(_("defaults"), default=dict, help_text=_("width, height, steps, guidance"))
    limits = models.JSONField(_("limits"), default=dict, blank=True, help_text=_("multiple, smallest, largest, steps"))
    options = models.JSONField(_("options of the engine"), default=dict, blank=True)
    batches = models.JSONField(_("measured batch sizes"), default=dict, blank=True, help_text=_('{"256x256": 4}'))
    credits = models.PositiveIntegerField(_("credits a picture"), default=4)
    rank = models.IntegerField(_("rank"), default=0, help_text=_("the highest that is installed is the default"))
    enabled = models.BooleanField(_("enabled"), default=False)
    installed = models.BooleanField(_("installed"), default=False)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering: ClassVar = ["-rank", "slug"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(enabled=False) | Q(installed=True), name="only_installed_are_enabled")
        ]

    def __str__(self) -> str:
        return self.title

    def usual(self, *, editing: bool) -> dict[str, Any]:
        """What is taken where nobody says otherwise; who begins from a picture wants to keep more of it."""
        usual: dict[str, Any] = self.defaults | (self.options.get("editing", {}) if editing else {})
        return usual
