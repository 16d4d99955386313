import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone


class Upload(models.Model):
    """A file arriving in pieces. How much is there is told by the file itself, so a cut loses nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=200, blank=True)
    length = models.BigIntegerField()
    # Of an upload that goes straight into the bucket: where, and under which number the parts are gathered.
    key = models.CharField(max_length=200, blank=True, default="", db_default="")
    parts = models.CharField(max_length=1024, blank=True, default="", db_default="")
    asset = models.ForeignKey("media.Asset", models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def file(self) -> Path:
        return settings.MEDIA_ARRIVALS / str(self.public_id)

    @property
    def offset(self) -> int:
        if self.asset_id is not None:
            return self.length
        return self.file.stat().st_size if self.file.exists() else 0
