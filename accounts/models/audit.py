from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """What somebody did, chained: each row seals itself and the one before it. The database refuses to change one."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"), db_index=True)
    # No foreign keys: what happened stays told when a person is gone.
    actor = models.CharField(_("who"), max_length=64, db_index=True)
    action = models.CharField(_("did"), max_length=80, db_index=True)
    subject = models.CharField(_("to what"), max_length=200, db_index=True)
    facts = models.JSONField(_("facts"))
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"


class AuditHead(models.Model):
    """The one row that says where the chain ends, so that a cut end is noticed. Also the lock that makes one chain."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, default="")
    # Over number and seal with the same key: an end that was cut cannot be written here without it.
    stamp = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_audit_head")]

    def __str__(self) -> str:
        return str(self.number)
