from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from media.errors import TooBig


class Space(models.Model):
    """How much of the storage a person fills. Counted in the transaction that adds or removes a row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="space")
    used = models.BigIntegerField(default=0)
    most = models.BigIntegerField(null=True, help_text="Bytes; empty means what everyone has.")

    def __str__(self) -> str:
        return f"{self.used} of {self.limit}"

    @property
    def limit(self) -> int:
        return settings.MEDIA_QUOTA if self.most is None else self.most

    @classmethod
    def take(cls, user: User, bytes: int) -> None:
        """One conditional UPDATE, so that parallel uploads cannot both have the last place."""
        cls.objects.get_or_create(user=user)
        room = Q(most=None, used__lte=settings.MEDIA_QUOTA - bytes) | Q(most__gte=F("used") + bytes)
        if not cls.objects.filter(room, user=user).update(used=F("used") + bytes):
            raise TooBig(_("Your storage is full. Empty the trash or choose a larger plan."))

    @classmethod
    def give_back(cls, user_id: int, bytes: int) -> None:
        cls.objects.filter(user_id=user_id).update(used=F("used") - bytes)
