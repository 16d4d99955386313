"""Everybody at one wallet at once: work that ends, credits that expire, banks, staff. One order of things results."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from billing import credits, ledger
from billing.credits import caps
from billing.invariants import broken
from billing.models import Hold, Lot, Transfer, Wallet

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], object]


def at_once(acts: Sequence[Act]) -> list[str]:
    """Each in a thread and a connection of its own, all from the same moment; how each ended."""
    start = threading.Barrier(len(acts))

    def perform(act: Act) -> str:
        connection.ensure_connection()
        start.wait(60)
        try:
            act()
        except (Refused, DatabaseError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(perform, acts))


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on both have read before either writes."""
    both = threading.Barrier(2)

    def read(user: User) -> Wallet:
        wallet = Wallet.objects.get(user=user)
        wallet.user = user
        with suppress(threading.BrokenBarrierError):
            both.wait(5)
        return wallet

    monkeypatch.setattr(ledger, "lock", read)


def expiring(user: User, amount: int, reference: str) -> None:
    credits.grant(user, amount, reference=reference, kind="welcome", expires_at=timezone.now() - timedelta(days=1))


ENDS_WHILE_EXPIRING: list[Act] = [lambda: credits.capture("job", 10), credits.expire_lots]


@pytest.fixture
def working(alice: User) -> User:
    expiring(alice, 40, "soon")
    credits.grant(alice, 60, reference="lasting", kind="purchase")
    credits.hold(alice, 30, reference="job")
    return alice


def test_a_job_that_ends_while_its_credits_expire_is_charged_once(working: User) -> None:
    assert at_once(ENDS_WHILE_EXPIRING) == ["done", "done"]
    credits.expire_lots()
    assert broken() == []
    assert (credits.balance(working).available, credits.balance(working).held) == (60, 0)
    gone = sum(lot.amount - lot.left for lot in Lot.objects.filter(expires_at__isnull=False))
    assert gone == 40


def test_without_the_lock_expiry_and_capture_lose_each_other(working: User, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_lock(monkeypatch)
    # Either they write over each other, or PostgreSQL sees them embrace and one of them is lost.
    assert at_once(ENDS_WHILE_EXPIRING) != ["done", "done"] or broken() != []


def test_everything_at_one_wallet_at_once_leaves_right_books(alice: User, dana: User) -> None:
    credits.grant(alice, 200, reference="lasting", kind="purchase")
    for number in range(3):
        expiring(alice, 20, f"soon{number}")
        credits.hold(alice, 30, reference=f"job{number}")
    acts: list[Act] = [
        lambda: credits.capture("job0", 10),
        lambda: credits.capture("job0", 20),
        lambda: credits.release("job1"),
        lambda: credits.release("job0"),
        lambda: credits.capture("job2", 30),
        credits.expire_lots,
        credits.expire_lots,
        lambda: credits.dispute_open(alice, 150, reference="dp"),
        lambda: credits.dispute_lost("dp"),
        lambda: credits.take_back(alice, 50, reference="re", kind="paid back"),
        lambda: credits.take_back(alice, 50, reference="re", kind="paid back"),
        lambda: credits.adjust(alice, -5, actor=dana, reason="why", reference="adjust"),
        lambda: credits.hold(alice, 100, reference="late"),
        lambda: credits.grant(alice, 10, reference="more", kind="coupon"),
    ]
    ends = at_once(acts)
    assert set(ends) <= {"done", "InsufficientCredits"}
    assert broken() == []
    assert not Hold.objects.filter(state="open", reference__startswith="job").exists()
    assert Transfer.objects.filter(reference__in=["re", "dispute:dp:open", "job0:end"]).count() == 3


def test_a_last_credit_is_spent_by_one_of_many(alice: User) -> None:
    credits.grant(alice, 10, reference="pay", kind="purchase")
    ends = at_once([lambda n=number: credits.hold(alice, 10, reference=f"job{n}") for number in range(8)])
    assert sorted(ends) == ["InsufficientCredits"] * 7 + ["done"]
    assert broken() == []


def test_a_cap_is_exact_however_many_ask_at_once(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.allow(alice, {"daily_cap": 25})
    ends = at_once([lambda n=number: credits.hold(alice, 10, reference=f"job{n}") for number in range(8)])
    assert sorted(ends) == ["OverLimit"] * 6 + ["done"] * 2


def test_without_the_lock_a_cap_is_passed(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.allow(alice, {"daily_cap": 10})
    without_the_lock(monkeypatch)
    both, check = threading.Barrier(2), caps.check

    def checked(*given: Any) -> None:
        check(*given)
        both.wait(5)

    monkeypatch.setattr(caps, "check", checked)
    at_once([lambda n=number: credits.hold(alice, 10, reference=f"job{n}") for number in range(2)])
    assert Hold.objects.count() == 2
