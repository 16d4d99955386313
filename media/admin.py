"""The desk for reports: what was reported, take it down, put it back. Content is not shown here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts import audit
from accounts.models import User
from media.models import AbuseReport, Asset


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Django shows a read-only field also where it is excluded.
        return [field.name for field in self.model._meta.fields if field.name not in (self.exclude or ())]


@admin.register(Asset)
class AssetAdmin(ReadOnly):
    list_display = ("public_id", "user", "kind", "bytes", "origin", "created_at", "open_reports", "taken_down_at")
    list_filter = ("kind", ("taken_down_at", admin.EmptyFieldListFilter))
    search_fields = ("=public_id", "=sha256", "=user__email", "=origin")
    exclude = ("search", "prompt", "recipe", "name", "project", "tags", "placeholder")
    list_select_related = ("user",)
    show_full_result_count = False
    actions: ClassVar = ["take_down", "put_back"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Asset]":
        waiting = Count("reports", filter=Q(reports__handled_at=None))
        return super().get_queryset(request).defer("search").annotate(waiting=waiting)  # type: ignore[no-any-return]

    @admin.display(description=_("open reports"))
    def open_reports(self, asset: Any) -> int:
        return int(asset.waiting)

    @admin.action(description=_("Take down: nobody sees it, links die"), permissions=["change"])
    def take_down(self, request: HttpRequest, chosen: "QuerySet[Asset]") -> None:
        _decide(request, chosen, down=True)

    @admin.action(description=_("Put back"), permissions=["change"])
    def put_back(self, request: HttpRequest, chosen: "QuerySet[Asset]") -> None:
        _decide(request, chosen, down=False)


@admin.register(AbuseReport)
class AbuseReportAdmin(ReadOnly):
    list_display = ("created_at", "asset", "reporter", "reason", "handled_at")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("asset", "reporter")
    actions: ClassVar = ["uphold", "dismiss"]

    @admin.action(description=_("Right: take the file down"), permissions=["change"])
    def uphold(self, request: HttpRequest, chosen: "QuerySet[AbuseReport]") -> None:
        _decide(request, Asset.objects.filter(reports__in=chosen), down=True)
        chosen.update(handled_at=timezone.now())

    @admin.action(description=_("Nothing wrong with it"), permissions=["change"])
    def dismiss(self, request: HttpRequest, chosen: "QuerySet[AbuseReport]") -> None:
        chosen.update(handled_at=timezone.now())


@transaction.atomic
def _decide(request: HttpRequest, chosen: "QuerySet[Asset]", *, down: bool) -> None:
    person = request.user if isinstance(request.user, User) else None
    for asset in Asset.objects.filter(pk__in=chosen.values("pk")):
        asset.taken_down_at = timezone.now() if down else None
        asset.save(update_fields=["taken_down_at"])
        audit.record(person, "media.takedown" if down else "media.put_back", f"asset:{asset.public_id}")
