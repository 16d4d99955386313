import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Project(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="projects")
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="project_name_once")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """Repeats when the asset was made, which never changes: so the wall of one tag is read off in its order."""

    asset = models.ForeignKey("media.Asset", models.CASCADE, db_index=False, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False, related_name="taggings")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["asset", "tag"], name="tagging_once")]
        indexes: ClassVar = [models.Index(fields=["tag", "-created_at", "-asset"], name="tagging_wall")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.asset_id}"
