"""Which plan somebody is on. Everybody has at least the free one."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from billing.models import Membership, Plan

FREE = "free"


def plan_of(user: User) -> Plan:
    lasting = Q(until=None) | Q(until__gt=timezone.now())
    membership = Membership.objects.filter(lasting, user=user).select_related("plan").first()
    return membership.plan if membership is not None else Plan.objects.get_or_create(slug=FREE)[0]


def rates_of(user: User) -> dict[str, int]:
    """Calls in the usual windows."""
    return {name: int(calls) for name, calls in plan_of(user).rates.items()}


def storage_of(user: User) -> int:
    return plan_of(user).storage
