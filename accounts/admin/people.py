"""The desk for people: find one, see what they do, shut one out with a reason."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from accounts import audit, closure
from accounts.admin.reasons import with_reason
from accounts.models import User


@admin.register(User)
class People(ModelAdmin):  # type: ignore[misc]
    list_display = ("email", "name", "state", "is_staff", "keys", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "groups", "date_joined")
    search_fields = ("email", "name", "public_id")
    ordering = ("-date_joined",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("email", "name", "public_id", "is_active", "date_joined", "last_login", "is_staff", "groups")
    readonly_fields = ("email", "public_id", "is_active", "date_joined", "last_login")
    actions_detail = ("deactivate", "reactivate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        live = Count("api_keys", filter=Q(api_keys__revoked_at=None))
        return super().get_queryset(request).annotate(live_keys=live)  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # Who may make staff could make themselves anything: owners alone.
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, "is_staff", "groups")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_shut_out_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("accounts.change_user")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(request.user, "person changed", str(obj.public_id), fields=sorted(form.changed_data))  # type: ignore[arg-type]

    @display(description=_("state"), label={_("active"): "success", _("deactivated"): "danger"})  # type: ignore[untyped-decorator]
    def state(self, user: User) -> str:
        return str(_("active") if user.is_active else _("deactivated"))

    @display(description=_("keys"), ordering="live_keys")  # type: ignore[untyped-decorator]
    def keys(self, user: User) -> int:
        return int(user.live_keys)  # type: ignore[attr-defined]

    @action(description=_("Deactivate"), url_path="deactivate", permissions=["shut_out"])  # type: ignore[untyped-decorator]
    def deactivate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._with_reason(request, object_id, closure.deactivate, _("Deactivate"))

    @action(description=_("Reactivate"), url_path="reactivate", permissions=["shut_out"])  # type: ignore[untyped-decorator]
    def reactivate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._with_reason(request, object_id, closure.reactivate, _("Reactivate"))

    def _with_reason(self, request: HttpRequest, object_id: int, verb: Any, title: Any) -> HttpResponse:
        user = get_object_or_404(User, pk=object_id)
        after = reverse("admin:accounts_user_change", args=[object_id])
        return with_reason(request, user, title, lambda reason: verb(user, actor=request.user, reason=reason), after)
