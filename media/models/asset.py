import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

SEEN = {"ready": True, "taken_down_at": None}
_HUNG = Q(trashed_at__isnull=True)
_UPLOADED = Q(origin__startswith="upload:")


class Assets(models.QuerySet["Asset"]):
    def visible(self) -> "Assets":
        return self.filter(**SEEN)

    def of(self, user: User) -> "Assets":
        """What a person may see: their own, finished, not taken down. Trash included."""
        return self.visible().filter(user=user)

    def on_the_wall(self) -> "Assets":
        return self.filter(trashed_at=None)


class Asset(models.Model):
    """One private file. Who made it is a text: media knows no job."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("picture")
        VIDEO = "video", _("film")
        AUDIO = "audio", _("sound")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="assets")
    project = models.ForeignKey("media.Project", models.SET_NULL, null=True, blank=True, related_name="assets")
    tags = models.ManyToManyField("media.Tag", through="media.Tagging", blank=True, related_name="assets")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    mime = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True)
    prompt = models.TextField(blank=True)
    path = models.CharField(max_length=200, unique=True)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration = models.FloatField(null=True)
    sha256 = models.CharField(max_length=64)
    colour = models.CharField(max_length=7, blank=True)
    placeholder = models.CharField(max_length=32, blank=True, default="", db_default="")
    origin = models.CharField(max_length=80)
    attempt = models.CharField(max_length=64, blank=True)
    recipe = models.JSONField(default=dict)
    starred = models.BooleanField(default=False)
    ready = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True)
    taken_down_at = models.DateTimeField(null=True)
    search = models.GeneratedField(
        expression=SearchVector("name", "prompt", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    objects = Assets.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "sha256"], condition=_UPLOADED, name="asset_upload_once"),
            models.CheckConstraint(condition=Q(bytes__gte=0), name="asset_bytes_not_negative"),
        ]
        indexes: ClassVar = [
            # In the order of the wall for each way of asking, so that a page is read off and never sorted.
            models.Index(fields=["user", "-created_at", "-id"], name="asset_wall", condition=_HUNG),
            models.Index(fields=["user", "kind", "-created_at", "-id"], name="asset_kind", condition=_HUNG),
            models.Index(fields=["user", "project", "-created_at", "-id"], name="asset_project", condition=_HUNG),
            models.Index(
                fields=["user", "-created_at", "-id"], name="asset_starred", condition=_HUNG & Q(starred=True)
            ),
            models.Index(fields=["user", "-created_at", "-id"], name="asset_uploaded", condition=_HUNG & _UPLOADED),
            models.Index(
                fields=["user", "-created_at", "-id"], name="asset_thrown", condition=Q(trashed_at__isnull=False)
            ),
            HashIndex(fields=["origin"], name="asset_origin"),
            models.Index(fields=["trashed_at"], name="asset_trash", condition=Q(trashed_at__isnull=False)),
            models.Index(fields=["keep_until"], name="asset_keep", condition=Q(keep_until__isnull=False)),
            GinIndex(fields=["search"], name="asset_search"),
        ]

    def __str__(self) -> str:
        # The desk shows it to staff, whom its name is none of.
        return str(self.public_id)

    @property
    def changed_at(self) -> datetime:
        """Content never changes: a new content is a new asset."""
        return self.created_at


class Derivative(models.Model):
    """A smaller likeness of an asset, made in a worker; it can be made again at any time."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="derivatives")
    variant = models.CharField(max_length=16)
    mime = models.CharField(max_length=40)
    path = models.CharField(max_length=200, unique=True)
    bytes = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["asset", "variant"], name="derivative_once")]

    def __str__(self) -> str:
        return f"{self.variant} of {self.asset_id}"
