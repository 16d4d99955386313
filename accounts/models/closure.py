from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Closure(models.Model):
    """That an account was closed to somebody, or opened again, and why. It outlives their data: no name in it."""

    class Kind(models.TextChoices):
        DEACTIVATED = "deactivated", _("deactivated")
        REACTIVATED = "reactivated", _("opened again")
        CLOSED = "closed", _("closed by its owner")

    person = models.UUIDField(_("person"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")

    def __str__(self) -> str:
        return f"{self.kind} {self.person}"
