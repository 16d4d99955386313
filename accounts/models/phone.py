from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Phone(models.Model):
    """The number of a person. Anybody may claim one; it is theirs once they proved it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone")
    number = models.CharField(_("number"), max_length=20)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=models.Q(verified=True), name="one_person_per_phone")
        ]

    def __str__(self) -> str:
        return self.number
