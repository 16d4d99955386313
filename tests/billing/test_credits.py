from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import api_keys
from accounts.errors import Conflict, InvalidRequest
from accounts.models import Scope, User
from billing import credits, signals
from billing.errors import InsufficientCredits, OverLimit, TooMuch, Whole
from billing.invariants import broken
from billing.models import Hold, Lot, Transfer, Wallet
from tests.billing.giving import give, seen

pytestmark = pytest.mark.django_db


def test_hold_then_capture_charges_what_was_used(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 30, reference="job:1")
    assert seen(alice) == (70, 30, 0)
    credits.capture("job:1", 12)
    assert seen(alice) == (88, 0, 0)
    assert broken() == []


def test_release_gives_all_back(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 30, reference="job:1")
    credits.release("job:1")
    assert seen(alice) == (100, 0, 0)
    assert broken() == []


def test_asking_twice_is_asking_once(alice: User, dana: User) -> None:
    for _ in range(2):
        give(alice, 100)
        credits.hold(alice, 30, reference="job:1")
        credits.capture("job:1", 30)
        credits.refund("job:1", 5, actor=dana, reason="sorry", key="a")
        credits.adjust(alice, 7, actor=dana, reason="a gift", reference="gift")
        credits.take_back(alice, 10, reference="re_1", kind="purchase")
    assert seen(alice) == (100 - 30 + 5 + 7 - 10, 0, 0)
    assert broken() == []


def test_a_hold_ends_once(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 30, reference="job:1")
    credits.release("job:1")
    assert credits.capture("job:1", 30).state == "released"
    assert seen(alice) == (100, 0, 0)


def test_nobody_spends_what_they_have_not(alice: User) -> None:
    give(alice, 10)
    with pytest.raises(InsufficientCredits):
        credits.hold(alice, 11, reference="job:1")
    assert seen(alice) == (10, 0, 0)
    assert not Hold.objects.exists()


def test_never_more_than_held(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 10, reference="job:1")
    with pytest.raises(TooMuch):
        credits.capture("job:1", 11)
    assert seen(alice) == (90, 10, 0)


def test_never_more_than_charged_comes_back(alice: User) -> None:
    give(alice, 100)
    credits.hold(alice, 10, reference="job:1")
    credits.capture("job:1", 6)
    credits.refund("job:1", 4, reason="part", key="a")
    with pytest.raises(TooMuch):
        credits.refund("job:1", 3, reason="too much", key="b")
    assert seen(alice) == (98, 0, 0)


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5", None, 10**10, float("nan")])
def test_only_whole_credits_move(alice: User, amount: object) -> None:
    with pytest.raises(Whole):
        credits.grant(alice, amount, reference="x", kind="purchase")  # type: ignore[arg-type]
    assert not Transfer.objects.exists()


def test_soonest_expiring_goes_first(alice: User) -> None:
    now = timezone.now()
    give(alice, 10, "lasting")
    give(alice, 10, "late", expires_at=now + timedelta(days=9))
    give(alice, 10, "soon", expires_at=now + timedelta(days=1))
    credits.hold(alice, 15, reference="job:1")
    left = dict(Lot.objects.values_list("transfer__reference", "left"))
    assert left == {"lasting": 10, "late": 5, "soon": 0}
    credits.capture("job:1", 12)
    left = dict(Lot.objects.values_list("transfer__reference", "left"))
    assert left == {"lasting": 10, "late": 8, "soon": 0}


def test_expired_credits_leave_by_an_entry(alice: User) -> None:
    give(alice, 10, "lasting")
    give(alice, 10, "gone", expires_at=timezone.now() + timedelta(days=1))
    credits.hold(alice, 4, reference="job:1")
    Lot.objects.filter(transfer__reference="gone").update(expires_at=timezone.now())
    assert credits.expire_lots() == 1
    assert seen(alice) == (10, 4, 0)
    credits.release("job:1")
    assert seen(alice) == (14, 0, 0)
    credits.expire_lots()
    assert seen(alice) == (10, 0, 0)
    assert Transfer.objects.filter(kind="expiry").count() == 2
    assert broken() == []


def test_what_was_forgotten_comes_back_at_its_time(alice: User) -> None:
    give(alice, 100)
    past, later = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(days=1)
    credits.hold(alice, 10, reference="forgotten", expires_at=past)
    credits.hold(alice, 20, reference="young", expires_at=later)
    credits.hold(alice, 30, reference="patient")
    assert [credits.expire_holds(), credits.expire_holds()] == [1, 0]
    assert seen(alice) == (50, 50, 0)
    assert credits.capture("forgotten", 10).state == "expired"
    assert broken() == []


def test_one_name_is_never_two_peoples(alice: User, bob: User) -> None:
    give(alice, 100)
    credits.hold(alice, 10, reference="mine")
    with pytest.raises(ValueError, match="somebody else's"):
        give(bob, 100)
    with pytest.raises(ValueError, match="somebody else's"):
        credits.hold(bob, 0, reference="mine")
    assert seen(bob) == (0, 0, 0)


def test_a_kind_that_nobody_knows_is_no_present(alice: User) -> None:
    with pytest.raises(KeyError):
        credits.grant(alice, 5, reference="x", kind="purchace")
    assert seen(alice) == (0, 0, 0)


@pytest.mark.parametrize(("owner", "allowed"), [(True, True), (False, False)])
def test_staff_gives_itself_nothing_unless_it_owns_the_house(dana: User, owner: bool, allowed: bool) -> None:
    dana.is_superuser = owner
    give(dana, 10)
    credits.hold(dana, 5, reference="own")
    credits.capture("own", 5)
    acts = [
        lambda: credits.adjust(dana, 5, actor=dana, reason="why", reference="x"),
        lambda: credits.refund("own", 5, actor=dana, reason="why", key="x"),
    ]
    for act in acts:
        if not allowed:
            with pytest.raises(Conflict):
                act()
        else:
            act()
    assert seen(dana)[0] == (15 if allowed else 5)


def test_an_adjustment_needs_a_reason(alice: User, dana: User) -> None:
    with pytest.raises(InvalidRequest):
        credits.adjust(alice, 5, actor=dana, reason=" ", reference="x")
    assert seen(alice) == (0, 0, 0)


def test_an_adjustment_never_goes_below_nothing(alice: User, dana: User) -> None:
    give(alice, 3)
    with pytest.raises(InsufficientCredits):
        credits.adjust(alice, -5, actor=dana, reason="mistake", reference="x")
    credits.adjust(alice, -3, actor=dana, reason="mistake", reference="y")
    assert seen(alice) == (0, 0, 0)
    assert broken() == []


def test_key_spends_no_more_than_its_cap(alice: User) -> None:
    give(alice, 100)
    key, _secret = api_keys.issue(alice, "capped", Scope.values)
    key.spending_cap = 10
    key.save()
    credits.hold(alice, 6, reference="job:1", api_key=key)
    with pytest.raises(OverLimit):
        credits.hold(alice, 5, reference="job:2", api_key=key)
    credits.capture("job:1", 2)
    credits.hold(alice, 8, reference="job:2", api_key=key)
    assert seen(alice) == (90, 8, 0)


@pytest.mark.parametrize("field", ["daily_cap", "monthly_cap"])
def test_person_spends_no_more_than_they_allow_themselves(alice: User, field: str) -> None:
    give(alice, 100)
    Wallet.objects.update(**{field: 10})
    credits.hold(alice, 10, reference="job:1")
    with pytest.raises(OverLimit):
        credits.hold(alice, 1, reference="job:2")


def test_what_is_forgotten_comes_back_behind_any_number_that_live(alice: User) -> None:
    give(alice, 100)
    long_ago, past = timezone.now() - timedelta(days=2), timezone.now() - timedelta(seconds=1)
    Hold.objects.bulk_create(
        Hold(user=alice, reference=f"lives:{number}", amount=0, expires_at=long_ago) for number in range(1001)
    )
    credits.hold(alice, 10, reference="forgotten", expires_at=past)

    def lives(hold: Hold, **_more: object) -> bool:
        return hold.reference.startswith("lives:")

    signals.overdue.connect(lives)
    try:
        assert credits.expire_holds() == 1
    finally:
        signals.overdue.disconnect(lives)
    assert seen(alice) == (100, 0, 0)


def test_a_free_job_holds_nothing_and_ends_all_the_same(alice: User) -> None:
    credits.hold(alice, 0, reference="job:1")
    assert credits.capture("job:1", 0).state == "captured"
    assert broken() == []


def test_credits_from_many_lots_take_no_more_queries(alice: User) -> None:
    def queries(reference: str, amount: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            credits.hold(alice, amount, reference=reference)
        return len(captured)

    for number in range(21):
        give(alice, 1, f"pay:{number}")
    assert queries("one", 1) == queries("twenty", 20)
    assert Lot.objects.filter(left__gt=0).count() == 0
    assert broken() == []
