"""The books: looked at by those who may, changed by verbs with a reason, never by a form."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.access import person
from accounts.admin.reading import ReadOnly
from billing import credits, income
from billing.admin.asking import with_amount
from billing.models import Hold, Posting, Transfer, Wallet

DAYS = 14


class Owing(admin.SimpleListFilter):
    title = _("in debt")
    parameter_name = "owing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Wallet]") -> "QuerySet[Wallet]":
        return queryset.filter(debt__gt=0) if self.value() else queryset


@admin.register(Wallet)
class Wallets(ReadOnly):
    list_display = ("user", "available", "held", "frozen", "debt", "daily_cap", "monthly_cap")
    list_filter = (Owing,)
    search_fields = ("=user__email", "=user__public_id")
    list_select_related = ("user",)
    ordering = ("-debt", "-pk")
    fields = list_display
    actions_detail = ("adjust",)

    def has_adjust_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("billing.adjust_wallet")

    @action(description=_("Adjust"), url_path="adjust", permissions=["adjust"])  # type: ignore[untyped-decorator]
    def adjust(self, request: HttpRequest, object_id: int) -> HttpResponse:
        wallet = get_object_or_404(Wallet.objects.select_related("user"), pk=object_id)

        def act(amount: int, reason: str, once: str) -> None:
            credits.adjust(
                wallet.user, amount, actor=person(request), reason=reason, reference=f"adjust:{wallet.pk}:{once}"
            )

        after = reverse("admin:billing_wallet_change", args=[object_id])
        return with_amount(request, wallet, _("Adjust"), act, after)


class Legs(TabularInline):  # type: ignore[misc]
    model = Posting
    fields = readonly_fields = ("account", "user", "amount")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _linked(one: income.Stuck) -> dict[str, Any]:
    name, _mark, query = one.place.partition("?")
    link = reverse(f"admin:billing_{name}_changelist")
    return {"what": one.what, "many": one.many, "link": f"{link}?{query}" if query else link}


@admin.register(Transfer)
class Transfers(ReadOnly):
    list_display = ("at", "user", "kind", "reference", "note")
    list_filter = ("kind", "at")
    search_fields = ("=reference", "=user__email", "=user__public_id")
    list_select_related = ("user",)
    ordering = ("-pk",)
    fields = ("at", "user", "kind", "reference", "hold", "note", "actor")
    inlines: ClassVar = [Legs]
    list_before_template = "billing/admin/days.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        more = (extra_context or {}) | {"days": income.by_day(DAYS), "stuck": [_linked(one) for one in income.stuck()]}
        answer: HttpResponse = super().changelist_view(request, more)
        return answer


@admin.register(Hold)
class Holds(ReadOnly):
    list_display = ("created_at", "user", "title", "state", "amount", "captured", "refunded", "ended_at")
    list_filter = ("state", "created_at")
    search_fields = ("=reference", "=user__email", "=user__public_id")
    list_select_related = ("user",)
    ordering = ("-created_at", "-pk")
    fields = ("reference", *list_display, "expires_at")
    actions_detail = ("refund",)

    def has_refund_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("billing.refund_hold")

    @action(description=_("Refund"), url_path="refund", permissions=["refund"])  # type: ignore[untyped-decorator]
    def refund(self, request: HttpRequest, object_id: int) -> HttpResponse:
        held = get_object_or_404(Hold, pk=object_id)

        def act(amount: int, reason: str, once: str) -> None:
            credits.refund(held.reference, amount, actor=person(request), reason=reason, key=once)

        after = reverse("admin:billing_hold_change", args=[object_id])
        return with_amount(request, held, _("Refund"), act, after)
