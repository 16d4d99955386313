from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts import audit
from accounts.access import person
from generation.models import Model


@admin.register(Model)
class Models(ModelAdmin):  # type: ignore[misc]
    """Switched on and off and put in order here; priced among the prices; fetched and removed by `manage.py models`."""

    list_display = ("slug", "title", "engine", "family", "size", "licence", "credits", "rank", "installed", "enabled")
    list_filter = ("enabled", "installed", "engine", "family")
    search_fields = ("slug", "title")
    fields = (
        "slug", "title", "note", "enabled", "rank", "defaults", "limits", "batches", "credits", "tools", "engine",
        "family", "source", "revision", "licence", "licence_url", "bytes", "vram", "installed",
    )  # fmt: skip
    readonly_fields = (*fields[8:], "slug")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj is not None and obj.installed else (*self.readonly_fields, "enabled")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        audit.record(person(request), "model changed", obj.slug, **changed)

    @display(description=_("size"), ordering="bytes")  # type: ignore[untyped-decorator]
    def size(self, model: Model) -> str:
        return filesizeformat(model.bytes)
