"""What is on sale and what it costs. Every change is noted; prices are only ever followed by newer ones."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts import audit
from accounts.access import person
from accounts.models import User
from billing.models import Coupon, Membership, Pack, Plan, Price

SLOW_HAND = timedelta(minutes=5)  # between opening the form and sending it


class Noted(ModelAdmin):  # type: ignore[misc]
    show_full_result_count = False
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Only what was typed: a code may be redeemed while somebody looks at its form.
        obj.save(update_fields=form.changed_data if change else None)
        facts = {field: _told(form.cleaned_data[field]) for field in form.changed_data}
        verb = "changed" if change else "added"
        audit.record(person(request), f"{obj._meta.model_name} {verb}", f"{obj._meta.model_name}:{obj.pk}", **facts)


def _told(value: Any) -> str:
    # The audit log outlives accounts, so it names nobody by their address.
    return str(value.public_id if isinstance(value, User) else value)


@admin.register(Pack)
class Packs(Noted):
    list_display = ("title", "slug", "credits", "price", "active")
    list_filter = ("active", "currency")


@admin.register(Plan)
class Plans(Noted):
    list_display = ("title", "slug", "monthly", "price", "running", "queued", "weight", "active")
    list_filter = ("active", "currency")


@admin.register(Membership)
class Memberships(Noted):
    list_display = ("user", "plan", "until")
    list_filter = ("plan",)
    list_select_related = ("user", "plan")
    search_fields = ("=user__email", "=user__public_id")
    raw_id_fields = ("user",)


class NewPrice(forms.ModelForm):  # type: ignore[type-arg]
    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if since < timezone.now() - SLOW_HAND:
            raise ValidationError(_("A price begins now or later: what was told before holds."))
        return since


@admin.register(Price)
class Prices(Noted):
    """A change is a new row from a moment on, so that what something cost on a day can still be told."""

    list_display = ("tool", "model", "credits", "since")
    list_filter = ("tool", "model")
    form = NewPrice

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Coupon)
class Coupons(Noted):
    list_display = ("code", "credits", "used", "uses", "days", "until")
    search_fields = ("code",)
    readonly_fields = ("used",)
