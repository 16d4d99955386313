from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from media.errors import TooBig


class Space(models.Model):
    """How much of the storage a person fills. Counted in the transaction that adds or removes a row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="space")
    used = models.BigIntegerField(default=0)
    most = models.BigIntegerField(null=True, help_text="Bytes; empty means what the plan has.")

    def __str__(self) -> str:
        return f"{self.used} of {self.limit}"

    @property
    def limit(self) -> int:
        return allowed(self.user) if self.most is None else self.most

    @classmethod
    def locked(cls, user: User) -> "Space":
        """For who decides by it: nobody else changes it until the transaction ends."""
        cls.objects.get_or_create(user=user)
        return cls.objects.select_related("user").select_for_update(of=("self",)).get(user=user)

    @classmethod
    def lock_all(cls, users: "models.QuerySet[Any, Any]") -> None:
        list(cls.objects.filter(user__in=users).order_by("user").select_for_update(of=("self",)))

    @classmethod
    def take(cls, user: User, bytes: int) -> None:
        space = cls.locked(user)
        if space.used + bytes > space.limit:
            raise full()
        cls.objects.filter(user=user).update(used=F("used") + bytes)

    @classmethod
    def stretch(cls, user: User, bytes: int) -> None:
        """For what was promised while there was room: it is kept even where that goes beyond."""
        cls.locked(user)
        cls.objects.filter(user=user).update(used=F("used") + bytes)

    @classmethod
    def give_back(cls, user_id: int, bytes: int) -> None:
        cls.objects.filter(user_id=user_id).update(used=F("used") - bytes)


def allowed(user: User) -> int:
    """What the plan says, where somebody above keeps plans; media and money do not know each other."""
    if not settings.PLAN_STORAGE:
        return settings.MEDIA_QUOTA
    return int(import_string(settings.PLAN_STORAGE)(user))


def is_full(space: Space | None, plan: int) -> bool:
    """Of somebody who may have nothing yet, and whose plan allows so many bytes."""
    used, most = (space.used, space.most) if space is not None else (0, None)
    return used >= (plan if most is None else most)


def full() -> TooBig:
    return TooBig(_("Your storage is full. Empty the trash or choose a larger plan."))
