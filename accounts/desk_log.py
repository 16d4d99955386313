"""Django's own log of the desk calls each row by its name, and people's rows are called by their address."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet


def unname(rows: QuerySet[Any]) -> None:
    """What was done to them stays told, by their number."""
    named = [str(key) for key in rows.values_list("pk", flat=True)]
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(rows.model), object_id__in=named)
    entries.update(object_repr="")
