"""Questions that staff ask of jobs."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.models import LIVE, Job, Model

AGES = {"1": _("over a minute"), "10": _("over ten minutes"), "60": _("over an hour")}


class Alive(admin.SimpleListFilter):
    """Which of those that wait or run have done so for long?"""

    title = _("not done for")
    parameter_name = "alive"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(AGES.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Job]") -> "QuerySet[Job]":
        minutes = self.value()
        if minutes not in AGES:
            return queryset
        return queryset.filter(status__in=LIVE, created_at__lt=timezone.now() - timedelta(minutes=int(minutes)))


class Engine(admin.SimpleListFilter):
    title = _("engine")
    parameter_name = "engine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        engines = Model.objects.order_by("engine").values_list("engine", flat=True).distinct()
        return [(engine, engine) for engine in engines]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Job]") -> "QuerySet[Job]":
        engine = self.value()
        return queryset.filter(model__in=Model.objects.filter(engine=engine).values("slug")) if engine else queryset
