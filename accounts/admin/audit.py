from django.contrib import admin

from accounts.admin.reading import ReadOnly
from accounts.models import AuditEntry


@admin.register(AuditEntry)
class AuditLog(ReadOnly):
    list_display = ("number", "at", "actor", "action", "subject")
    list_filter = ("action", "at")
    search_fields = ("=actor", "action", "subject")
    fields = ("number", "at", "actor", "action", "subject", "facts", "seal")
