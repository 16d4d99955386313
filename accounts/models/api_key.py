import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    READ = "read", _("read")
    GENERATE = "generate", _("generate")
    BILLING = "billing", _("billing")
    ADMIN = "admin", _("administer")


class LiveKeys(models.QuerySet["ApiKey"]):
    def live(self) -> "LiveKeys":
        now = timezone.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def every_scope() -> list[str]:
    return [Scope.READ, Scope.GENERATE]


class ApiKey(models.Model):
    """A way in for a program. Only a hash is kept: what was shown once cannot be shown again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices), default=every_scope)
    made_by = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    spending_cap = models.PositiveIntegerField(_("credits a month"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: Any = LiveKeys.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = [models.Index(fields=["user", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
