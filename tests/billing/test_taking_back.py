from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from billing import credits
from billing.errors import InsufficientCredits
from billing.invariants import broken
from billing.models import Lot, Wallet
from tests.billing.giving import give, seen

pytestmark = pytest.mark.django_db


def test_taking_back_what_is_spent_leaves_a_debt_that_the_next_grant_pays(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 90, reference="job:1")
    credits.capture("job:1", 90)
    credits.take_back(alice, 100, reference="re_1", kind="purchase")
    assert seen(alice) == (0, 0, 90)
    with pytest.raises(InsufficientCredits):
        credits.hold(alice, 1, reference="job:2")
    give(alice, 100, "second")
    assert seen(alice) == (10, 0, 0)
    assert broken() == []


def test_what_is_taken_back_is_of_its_payment_first_and_then_of_what_lasts_as_long(alice: User) -> None:
    """Or credits that expire would become credits that do not, by buying and giving back."""
    soon = timezone.now() + timedelta(days=1)

    def left() -> list[int]:
        return list(Lot.objects.order_by("pk").values_list("left", flat=True))

    give(alice, 10, "month", expires_at=soon)
    give(alice, 10, "lasting")
    give(alice, 10, "bought")
    credits.take_back(alice, 15, reference="re_1", kind="paid back", of="bought")
    assert left() == [10, 5, 0]
    credits.dispute_open(alice, 7, reference="dp_1", of="lasting")
    assert left() == [8, 0, 0]


def test_a_refunded_month_takes_its_own_credits(alice: User) -> None:
    give(alice, 10, "lasting")
    give(alice, 10, "early", expires_at=timezone.now() + timedelta(days=1))
    give(alice, 10, "month", expires_at=timezone.now() + timedelta(days=30))
    credits.take_back(alice, 12, reference="re_1", kind="paid back", of="month")
    assert dict(Lot.objects.values_list("transfer__reference", "left")) == {"lasting": 10, "early": 8, "month": 0}


def test_taking_back_without_debt_is_refused(alice: User) -> None:
    give(alice, 10)
    with pytest.raises(InsufficientCredits):
        credits.take_back(alice, 11, reference="re_1", kind="purchase", debt=False)
    assert seen(alice) == (10, 0, 0)


@pytest.mark.parametrize(("won", "after"), [(True, (100, 0, 0)), (False, (40, 0, 0))])
def test_dispute_freezes_until_it_is_decided(alice: User, won: bool, after: tuple[int, int, int]) -> None:
    give(alice, 100)
    credits.dispute_open(alice, 60, reference="dp_1")
    assert seen(alice) == (40, 0, 0)
    for _ in range(2):
        (credits.dispute_won if won else credits.dispute_lost)("dp_1")
    assert seen(alice) == after
    assert broken() == []


def test_dispute_of_spent_credits_is_a_debt_and_won_none(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 80, reference="job:1")
    credits.capture("job:1", 80)
    credits.dispute_open(alice, 100, reference="dp_1")
    assert seen(alice) == (0, 0, 80)
    credits.dispute_won("dp_1")
    assert seen(alice) == (20, 0, 0)
    assert broken() == []


def test_the_first_end_of_a_dispute_counts(alice: User) -> None:
    give(alice, 100)
    credits.dispute_open(alice, 60, reference="dp_1")
    credits.dispute_lost("dp_1")
    credits.dispute_won("dp_1")
    assert seen(alice) == (40, 0, 0)


def test_a_dispute_and_a_hold_of_one_name_both_end(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 10, reference="same")
    credits.dispute_open(alice, 20, reference="same")
    credits.dispute_lost("same")
    assert credits.capture("same", 10).state == "captured"
    assert seen(alice) == (70, 0, 0)
    assert broken() == []


def test_what_a_job_gives_back_pays_a_debt_first(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 80, reference="running")
    credits.dispute_open(alice, 100, reference="dp_1")
    assert seen(alice) == (0, 80, 80)
    credits.release("running")
    assert seen(alice) == (0, 0, 0)
    assert Wallet.objects.get().frozen == 100
    credits.dispute_won("dp_1")
    assert seen(alice) == (100, 0, 0)
    assert broken() == []


def test_what_was_set_aside_before_a_dispute_is_still_charged(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 80, reference="running")
    credits.dispute_open(alice, 100, reference="dp_1")
    assert credits.capture("running", 50).captured == 50
    assert seen(alice) == (0, 0, 50)
    credits.dispute_lost("dp_1")
    give(alice, 60, "second")
    assert seen(alice) == (10, 0, 0)
    assert broken() == []
