"""What expired has left already, and what comes back lasts no longer than it did before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from billing import credits
from billing.errors import InsufficientCredits
from billing.invariants import broken
from billing.models import Lot, Posting, Refund
from billing.payments import refunds
from billing.payments.refunds import Click
from tests.billing import shop
from tests.billing.conftest import Stripe
from tests.billing.double.store import Thing
from tests.billing.giving import give, seen

pytestmark = pytest.mark.django_db
SOON = timedelta(days=1)


def left() -> dict[str, int]:
    return dict(Lot.objects.values_list("transfer__reference", "left"))


def pass_by(*names: str) -> None:
    """The end of these credits comes."""
    Lot.objects.filter(transfer__reference__in=names).update(expires_at=timezone.now())
    credits.expire_lots()


def use(user: User, amount: int, name: str = "job") -> None:
    credits.hold(user, amount, reference=name)
    credits.capture(name, amount)


def expired(user: User) -> int:
    return sum(Posting.objects.filter(transfer__user=user, account="expired").values_list("amount", flat=True))


@pytest.fixture
def month(alice: User) -> User:
    """Of ten credits four were used and six expired; a pack and another month are there."""
    give(alice, 10, "month", expires_at=timezone.now() + SOON)
    use(alice, 4)
    pass_by("month")
    return alice


@pytest.mark.parametrize(
    "take",
    [
        lambda user: credits.take_back(user, 10, reference="re_1", kind="paid back", of="month"),
        lambda user: credits.dispute_open(user, 10, reference="dp_1", of="month"),
        lambda user: [
            credits.take_back(user, part, reference=f"re_{part}", kind="paid back", of="month") for part in (3, 7)
        ],
    ],
)
def test_an_expired_month_goes_back_without_another_that_was_paid(month: User, take: Callable[[User], object]) -> None:
    give(month, 10, "next", expires_at=timezone.now() + 30 * SOON)
    give(month, 10, "pack")
    take(month)
    assert (seen(month), left()) == ((16, 0, 0), {"month": 0, "next": 6, "pack": 10})
    assert (expired(month), broken()) == (0, [])


def test_of_an_expired_month_only_what_was_used_is_owed(month: User) -> None:
    with pytest.raises(InsufficientCredits):
        credits.take_back(month, 10, reference="re_1", kind="paid back", of="month", debt=False)
    assert credits.take_back(month, 6, reference="re_2", kind="paid back", of="month", debt=False)
    credits.take_back(month, 4, reference="re_1", kind="paid back", of="month")
    assert (seen(month), broken()) == ((0, 0, 4), [])


def test_what_goes_back_and_stays_and_goes_back_again_is_the_same(month: User) -> None:
    for number in range(3):
        credits.take_back(month, 10, reference=f"re_{number}", kind="paid back", of="month")
        assert (seen(month), expired(month)) == ((0, 0, 4), 0)
        if number < 2:
            credits.put_back(month, 10, reference=f"back_{number}", kind="not paid back", of=f"re_{number}")
            assert (seen(month), expired(month)) == ((0, 0, 0), 6)
    assert broken() == []


def dispute(user: User) -> Callable[[], object]:
    credits.dispute_open(user, 15, reference="dp_1", of="month")
    return lambda: credits.dispute_won("dp_1")


def pay_back(user: User) -> Callable[[], object]:
    credits.take_back(user, 15, reference="re_1", kind="paid back", of="month")
    return lambda: credits.put_back(user, 15, reference="back", kind="not paid back", of="re_1")


@pytest.mark.parametrize("leave", [dispute, pay_back])
def test_what_comes_back_ends_when_it_would_have(alice: User, leave: Callable[[User], Callable[[], object]]) -> None:
    give(alice, 10, "month", expires_at=timezone.now() + SOON)
    give(alice, 10, "pack")
    come_back = leave(alice)
    assert left() == {"month": 0, "pack": 5}
    for _time in range(2):
        come_back()
        assert left() == {"month": 10, "pack": 10}
    pass_by("month")
    assert (seen(alice), broken()) == ((10, 0, 0), [])


@pytest.mark.parametrize("leave", [dispute, pay_back])
def test_what_expired_while_it_was_away_stays_expired(
    alice: User, leave: Callable[[User], Callable[[], object]]
) -> None:
    """At once: between two sweeps it could be spent."""
    give(alice, 10, "month", expires_at=timezone.now() + SOON)
    give(alice, 10, "pack")
    come_back = leave(alice)
    pass_by("month")
    come_back()
    assert (seen(alice), left(), expired(alice)) == ((10, 0, 0), {"month": 0, "pack": 10}, 10)
    assert broken() == []


def test_what_was_owed_and_is_paid_comes_back_for_good(alice: User) -> None:
    """A pack paid for it meanwhile."""
    give(alice, 10, "month", expires_at=timezone.now() + SOON)
    use(alice, 10)
    credits.dispute_open(alice, 10, reference="dp_1", of="month")
    give(alice, 15, "pack")
    assert seen(alice) == (5, 0, 0)
    credits.dispute_won("dp_1")
    pass_by("month")
    assert (seen(alice), broken()) == ((15, 0, 0), [])


def test_what_still_is_owed_is_paid_before_a_month_comes_back(alice: User) -> None:
    """Or credits that end would come back as credits that do not."""
    give(alice, 10, "month", expires_at=timezone.now() + SOON)
    use(alice, 4)
    credits.dispute_open(alice, 10, reference="dp_1", of="month")
    assert seen(alice) == (0, 0, 4)
    credits.dispute_won("dp_1")
    assert (seen(alice), left()) == ((6, 0, 0), {"month": 6})


def test_a_job_that_is_given_back_returns_the_last_that_it_took(alice: User) -> None:
    give(alice, 10, "welcome", expires_at=timezone.now() + SOON)
    give(alice, 10, "pack")
    credits.hold(alice, 18, reference="job")
    credits.capture("job", 15)
    assert left() == {"welcome": 0, "pack": 5}
    for amount, after in ((2, [0, 7]), (4, [1, 10]), (6, [7, 10])):
        credits.refund("job", amount, reason="sorry", key=f"{amount}")
        assert [left()["welcome"], left()["pack"]] == after
    pass_by("welcome")
    assert (seen(alice), broken()) == ((10, 0, 0), [])


def test_what_a_job_took_of_a_present_that_has_ended_is_given_back_to_nobody(alice: User) -> None:
    give(alice, 10, "welcome", expires_at=timezone.now() + SOON)
    use(alice, 10)
    pass_by("welcome")
    credits.refund("job", 10, reason="sorry", key="a")
    credits.expire_lots()
    assert (seen(alice), expired(alice), broken()) == ((0, 0, 0), 10, [])


def test_staff_refund_a_month_that_has_expired(stripe: Stripe, pro: Thing, alice: User, dana: User) -> None:
    """And the bank fails: what had ended has ended."""
    use(alice, 400)
    payment = alice.payments.get()
    pass_by(payment.reference)
    stripe.bought(alice)
    refunds.refund(payment, Click(1900, 1, "it was down"), actor=dana)
    stripe.post.deliver()
    assert (shop.wallet(alice), Refund.objects.get().credits, broken()) == ((100, 0, 0), 1000, [])
    stripe.world.refund_ends(next(stripe.store.of("refund")), "failed")
    stripe.post.deliver()
    assert (shop.wallet(alice), Refund.objects.get().credits, broken()) == ((500, 0, 0), 0, [])
