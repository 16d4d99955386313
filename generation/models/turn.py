from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Turn(models.Model):
    """A person's place among the others in one pool: how much work they have had, counted by their weight."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    pool = models.CharField(max_length=20)
    served = models.FloatField(default=0)
    waiting = models.IntegerField(default=0)
    running = models.IntegerField(default=0)
    weight = models.FloatField(default=1)
    cap = models.IntegerField(default=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "pool"], name="one_turn_a_person"),
            models.CheckConstraint(condition=Q(waiting__gte=0, running__gte=0), name="turn_counts_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pool", "served"], name="turn_order", condition=Q(waiting__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.pool}"
