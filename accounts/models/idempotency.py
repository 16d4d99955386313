from django.conf import settings
from django.db import models


class Answered(models.Model):
    """What a call with an Idempotency-Key was answered, sealed with that very key."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    call_digest = models.CharField(max_length=64)
    answer = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key_digest"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key_digest[:12]
