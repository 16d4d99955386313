from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts import api_keys, audit
from accounts.access import person
from accounts.admin.reading import ReadOnly
from accounts.admin.reasons import with_reason
from accounts.models import ApiKey


@admin.register(ApiKey)
class Keys(ReadOnly):
    list_display = ("prefix", "name", "user", "scopes", "created_at", "used_at", "expires_at", "revoked_at")
    list_filter = ("created_at", "revoked_at")
    search_fields = ("prefix", "name", "user__email")
    list_select_related = ("user",)
    fields = (
        "prefix",
        "name",
        "user",
        "made_by",
        "scopes",
        "spending_cap",
        "created_at",
        "expires_at",
        "used_at",
        "revoked_at",
    )
    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("accounts.change_apikey")

    @action(description=_("Revoke"), url_path="revoke", permissions=["revoke"])  # type: ignore[untyped-decorator]
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=object_id)
        after = reverse("admin:accounts_apikey_change", args=[object_id])
        return with_reason(request, key, _("Revoke"), lambda reason: _revoke(key, request, reason), after)


@transaction.atomic
def _revoke(key: ApiKey, request: HttpRequest, reason: str) -> None:
    api_keys.revoke(key)
    audit.record(person(request), "key revoked", str(key.public_id), prefix=key.prefix, reason=reason)
