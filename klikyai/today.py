"""What stands on the desk first: the last day at a glance."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import ApiKey, AuditEntry, User
from billing import income
from generation import forecast
from generation.models import Job, Status, Worker

Figure = tuple[str, str | int]
NONE = "–"


def today(request: Any, context: dict[str, Any]) -> dict[str, Any]:
    day = timezone.now() - timedelta(days=1)
    context["figures"] = [*_made(day), *_taken(request.user), *_people(day)]
    return context


def _made(day: datetime) -> Iterator[Figure]:
    ended = Q(finished_at__gte=day)
    jobs = Job.objects.filter(ended | Q(status__in=[Status.QUEUED, Status.RUNNING])).aggregate(
        made=Count("pk", ended & Q(status=Status.SUCCEEDED)),
        failed=Count("pk", ended & Q(status=Status.FAILED)),
        waiting=Count("pk", Q(status=Status.QUEUED)),
        waited=Avg(F("started_at") - F("created_at"), filter=ended),
    )
    yield _("Made today"), jobs["made"]
    yield _("Failed today"), jobs["failed"]
    yield _("Waiting now"), jobs["waiting"]
    yield _("Waited on average"), f"{number_format(jobs['waited'].total_seconds(), 1)} s" if jobs["waited"] else NONE
    yield _("Workers awake"), _workers()


def _workers() -> str:
    awake = Worker.objects.filter(seen_at__gt=timezone.now() - timedelta(seconds=forecast.ALIVE))
    by_device = awake.values("device").annotate(count=Count("pk")).order_by("device")
    return ", ".join(f"{row['count']} × {row['device'] or NONE}" for row in by_device) or NONE


def _taken(staff: User) -> Iterator[Figure]:
    """What came in is for those who may see payments."""
    if staff.has_perm("billing.view_payment"):
        yield _("Income today"), ", ".join(income.by_day(1)[0].received) or NONE


def _people(day: datetime) -> Iterator[Figure]:
    yield _("People"), User.objects.filter(is_active=True).count()
    yield _("Signed up today"), User.objects.filter(date_joined__gte=day).count()
    yield _("Signed in today"), User.objects.filter(last_login__gte=day).count()
    yield _("Keys used today"), ApiKey.objects.filter(used_at__gte=day).count()
    yield _("Acts of staff today"), AuditEntry.objects.filter(at__gte=day).count()
