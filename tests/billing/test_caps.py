"""A day and a month are those of UTC, wherever the person and the machine are."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from accounts import api_keys
from accounts.models import ApiKey, Scope, User
from billing import credits
from billing.errors import OverLimit

pytestmark = pytest.mark.django_db
ZONES = ["UTC", "Asia/Tokyo", "America/Los_Angeles"]


def at(*parts: int) -> time_machine.travel:
    return time_machine.travel(datetime(*parts, tzinfo=UTC), tick=False)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("cap", "before", "after"),
    [
        ("daily_cap", (2026, 11, 20, 23, 59, 59), (2026, 11, 21, 0, 0, 0)),
        ("monthly_cap", (2026, 10, 31, 23, 59, 59), (2026, 11, 1, 0, 0, 0)),
        ("monthly_cap", (2027, 2, 28, 23, 59, 59), (2027, 3, 1, 0, 0, 0)),
        ("monthly_cap", (2026, 12, 31, 23, 59, 59), (2027, 1, 1, 0, 0, 0)),
    ],
)
def test_a_cap_begins_anew_at_midnight_utc(
    alice: User, zone: str, cap: str, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    with timezone.override(zone):
        with at(*before):
            credits.grant(alice, 100, reference="pay", kind="purchase")
            credits.allow(alice, {cap: 10})
            credits.hold(alice, 10, reference="last")
            with pytest.raises(OverLimit):
                credits.hold(alice, 1, reference="more")
        with at(*after):
            credits.hold(alice, 10, reference="next")
            with pytest.raises(OverLimit):
                credits.hold(alice, 1, reference="too much")


def test_what_is_charged_later_counts_on_the_day_it_was_asked_for(alice: User) -> None:
    with at(2026, 11, 20, 23, 0):
        credits.grant(alice, 100, reference="pay", kind="purchase")
        credits.allow(alice, {"daily_cap": 10})
        credits.hold(alice, 10, reference="evening")
    with at(2026, 11, 21, 1, 0):
        credits.capture("evening", 10)
        assert credits.spent(alice) == (0, 10)
        credits.hold(alice, 10, reference="morning")
        assert credits.spent(alice) == (10, 20)


def test_what_was_refunded_may_be_spent_again(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.allow(alice, {"daily_cap": 10})
    credits.hold(alice, 10, reference="a")
    credits.capture("a", 10)
    credits.refund("a", 4, reason="sorry", key="x")
    credits.hold(alice, 4, reference="b")
    with pytest.raises(OverLimit):
        credits.hold(alice, 1, reference="c")


def test_a_month_of_a_key_counts_its_own_work_only(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    key = api_keys.issue(alice, "capped", Scope.values)[0]
    ApiKey.objects.filter(pk=key.pk).update(spending_cap=10)
    key.refresh_from_db()
    credits.hold(alice, 50, reference="by hand")
    credits.hold(alice, 10, reference="by key", api_key=key)
    with pytest.raises(OverLimit):
        credits.hold(alice, 1, reference="by key too", api_key=key)


def test_a_cap_lowered_below_what_was_spent_stops_what_costs_and_not_what_is_free(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 50, reference="a")
    credits.allow(alice, {"daily_cap": 10})
    credits.hold(alice, 0, reference="free")
    with pytest.raises(OverLimit):
        credits.hold(alice, 1, reference="b")
