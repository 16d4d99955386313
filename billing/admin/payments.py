"""Money at the desk: looked at by those who may, given back with a reason, and what does not fit stands first."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts import audit
from accounts.access import person
from accounts.admin.reading import ReadOnly
from accounts.errors import Refused
from billing import money
from billing.admin.giving_back import ask_for_reason, ask_for_refund
from billing.models import Alarm, Dispute, Event, Order, Payment, Refund, Subscription, TopUp
from billing.payments import alarms, events

PEOPLE = ("=user__email", "=user__public_id")


def price(row: Any) -> str:
    return money.written(row.amount, row.currency)


price.short_description = _("amount")  # type: ignore[attr-defined]


class Waiting(admin.SimpleListFilter):
    """What somebody has to look at; without a choice, everything, the waiting first."""

    title = _("waiting")
    parameter_name = "waiting"
    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(**{self.field: None}) if self.value() else queryset


class Unsettled(Waiting):
    field = "resolved_at"


class Unhandled(Waiting):
    field = "handled_at"


class Refunds(TabularInline):  # type: ignore[misc]
    model = Refund
    fields = readonly_fields = ("created_at", "amount", "credits", "state", "reason", "actor", "stripe_id")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Payment)
class Payments(ReadOnly):
    list_display = ("at", "user", "order", price, "credits", "stripe_id")
    list_filter = ("at", "currency", "order__kind")
    search_fields = ("=stripe_id", "=invoice", *PEOPLE)
    list_select_related = ("user", "order")
    ordering = ("-at", "-pk")
    fields = ("at", "user", "order", price, "credits", "stripe_id", "invoice", "receipt")
    inlines: ClassVar = [Refunds]
    actions_detail = ("refund",)

    def has_refund_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("billing.refund_payment")

    @action(description=_("Refund"), url_path="refund", permissions=["refund"])  # type: ignore[untyped-decorator]
    def refund(self, request: HttpRequest, object_id: int) -> HttpResponse:
        payment = get_object_or_404(Payment.objects.select_related("user", "order"), pk=object_id)
        return ask_for_refund(request, payment, reverse("admin:billing_payment_change", args=[object_id]))


@admin.register(Order)
class Orders(ReadOnly):
    list_display = ("created_at", "user", "title", "kind", price, "credits", "state")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("=public_id", "=session", *PEOPLE)
    list_select_related = ("user",)
    ordering = ("-created_at", "-pk")
    fields = ("public_id", *list_display, "session", "livemode")


@admin.register(Refund)
class AllRefunds(ReadOnly):
    list_display = ("created_at", "payment", "amount", "credits", "state", "reason")
    list_filter = ("state", "created_at")
    search_fields = ("=stripe_id", "=payment__stripe_id", "=payment__user__email")
    list_select_related = ("payment",)
    ordering = ("-created_at", "-pk")
    fields = (*list_display, "actor", "stripe_id")


@admin.register(Dispute)
class Disputes(ReadOnly):
    list_display = ("updated_at", "payment", "amount", "credits", "state", "stripe_id")
    list_filter = ("state", "updated_at")
    search_fields = ("=stripe_id", "=payment__stripe_id", "=payment__user__email")
    list_select_related = ("payment",)
    ordering = ("-updated_at", "-pk")
    fields = list_display


@admin.register(Subscription)
class Subscriptions(ReadOnly):
    list_display = ("user", "plan", "state", "until", "ending")
    list_filter = ("state", "plan", "ending")
    search_fields = ("=stripe_id", *PEOPLE)
    list_select_related = ("user", "plan")
    ordering = ("-pk",)
    fields = (*list_display, "order", "stripe_id")


@admin.register(TopUp)
class TopUps(ReadOnly):
    list_display = ("user", "pack", "below", "monthly", "active", "trouble")
    list_filter = ("active", "trouble")
    search_fields = PEOPLE
    list_select_related = ("user", "pack")
    ordering = ("-pk",)
    fields = list_display


@admin.register(Event)
class Events(ReadOnly):
    list_display = ("received_at", "type", "handled_at", "tries", "error", "stripe_id")
    list_filter = (Unhandled, "type", "received_at")
    search_fields = ("=stripe_id",)
    ordering = (F("handled_at").desc(nulls_first=True), "-pk")
    fields = (*list_display, "payload")
    actions_detail = ("again",)

    def has_again_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("billing.settle_alarm")

    @action(description=_("Handle again"), url_path="again", permissions=["again"])  # type: ignore[untyped-decorator]
    def again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        event = get_object_or_404(Event, pk=object_id)
        try:
            events.handle(event)
            audit.record(person(request), "event handled again", event.stripe_id, type=event.type)
            messages.success(request, _("Done, and noted in the audit log."))
        except Refused as error:
            messages.error(request, error.message)
        return redirect("admin:billing_event_change", object_id)


@admin.register(Alarm)
class Alarms(ReadOnly):
    list_display = ("at", "kind", "subject", "resolved_at", "resolution")
    list_filter = (Unsettled, "kind", "at")
    search_fields = ("=subject",)
    ordering = (F("resolved_at").desc(nulls_first=True), "-pk")
    fields = ("at", "kind", "subject", "facts", "resolved_at", "resolution")
    actions_detail = ("settle",)

    def has_settle_permission(self, request: HttpRequest, object_id: int | None = None) -> bool:
        return request.user.has_perm("billing.settle_alarm")

    @action(description=_("Settle"), url_path="settle", permissions=["settle"])  # type: ignore[untyped-decorator]
    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        alarm = get_object_or_404(Alarm, pk=object_id)
        after = reverse("admin:billing_alarm_change", args=[object_id])
        return ask_for_reason(
            request, alarm, _("Settle"), lambda how: alarms.settle(alarm, person(request), how), after
        )
