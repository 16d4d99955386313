"""All verbs and events in any order, days passing between them, against a wallet that is kept with a pencil."""

import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from accounts import api_keys
from accounts.errors import Refused
from accounts.models import ApiKey, Scope, User
from billing import coupons, credits, signals
from billing.credits import caps, lots, undoing
from billing.errors import InsufficientCredits, OverLimit, UsedUp
from billing.invariants import broken
from billing.models import Coupon, Hold, Lot, Wallet
from tests.billing.pencil import NEVER, Held, Pencil

pytestmark = pytest.mark.usefixtures("midday")  # the pencil looks at the calendar a little after the books do
NAMES = some.sampled_from("abcdef")
GRANTS = some.one_of(some.none(), some.integers(0, 11))  # the how-manieth of those there are
AMOUNTS = some.integers(1, 60)
DAYS = some.sampled_from([1, 2, 3, NEVER])
CAPS = some.one_of(some.none(), some.integers(0, 60))
CI_RUNS = int(os.environ.get("LEDGER_CI_RUNS", "300"))
RUNS = int(os.environ.get("LEDGER_RUNS", "2000"))
KEY_CAP = 40


class Books(RuleBasedStateMachine):
    """One person, one key of theirs, two codes; days pass when the machine says so."""

    user: User
    dana: User
    key: ApiKey

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.pencil, self.done, self.today = Pencil(), set[str](), 0
        self.caps: dict[str, int | None] = {"daily_cap": None, "monthly_cap": None}

    def teardown(self) -> None:
        found = broken()
        transaction.savepoint_rollback(self.point)
        assert found == []

    def first(self, name: str) -> bool:
        new = name not in self.done
        self.done.add(name)
        return new

    def granted(self, number: int | None) -> str:
        names = sorted(name for name in self.done if name.startswith(("purchase:", "subscription:")))
        return names[number % len(names)] if names and number is not None else ""

    def at(self, day: int) -> Any:
        return None if day == NEVER else timezone.now() + timedelta(days=day)

    @initialize(amount=some.integers(1, 200))
    def begin(self, amount: int) -> None:
        credits.grant(self.user, amount, reference="begin", kind="welcome")
        self.pencil.come(amount)

    @rule(name=NAMES, amount=AMOUNTS, kind=some.sampled_from(["purchase", "promotion", "subscription"]), days=DAYS)
    def grant(self, name: str, amount: int, kind: str, days: int) -> None:
        credits.grant(self.user, amount, reference=f"{kind}:{name}", kind=kind, expires_at=self.at(days))
        if self.first(f"{kind}:{name}"):
            self.pencil.come(amount, self.today + days, f"{kind}:{name}")

    @rule(code=some.sampled_from(["ONCE", "WEEK"]))
    def redeem(self, code: str) -> None:
        try:
            coupons.redeem(self.user, code)
        except UsedUp:
            assert code in self.done
        else:
            assert self.first(code)
            self.pencil.come(11, self.today + (7 if code == "WEEK" else NEVER))

    def allowed(self, amount: int, by_key: bool) -> bool:
        """Counted by calendar, as a person would."""
        today = timezone.now().date()
        days = {name: today - timedelta(days=self.today - held.day) for name, held in self.pencil.holds.items()}

        def spent(whose: bool, since: date) -> int:
            holds = self.pencil.holds.items()
            return sum(held.spent for name, held in holds if days[name] >= since and (whose or held.by_key))

        month = today.replace(day=1)
        limits = [(self.caps["daily_cap"], True, today), (self.caps["monthly_cap"], True, month)]
        limits += [(KEY_CAP, False, month)] if by_key else []
        return all(cap is None or spent(whose, since) + amount <= cap for cap, whose, since in limits)

    @rule(name=NAMES, amount=AMOUNTS, by_key=some.booleans())
    def hold(self, name: str, amount: int, by_key: bool) -> None:
        try:
            credits.hold(self.user, amount, reference=name, api_key=self.key if by_key else None)
        except OverLimit:
            assert name not in self.pencil.holds
            assert not self.allowed(amount, by_key)
        except InsufficientCredits:
            assert name not in self.pencil.holds
            assert self.pencil.available < amount
        else:
            if name not in self.pencil.holds:
                assert self.allowed(amount, by_key)
                taken = self.pencil.take(amount)
                self.pencil.holds[name] = Held(amount, taken, self.today, by_key)

    @rule(name=NAMES, part=some.integers(0, 60))
    def capture(self, name: str, part: int) -> None:
        held = self.pencil.holds.get(name)
        if held is None:
            return
        try:
            credits.capture(name, part)
        except Refused:
            assert held.state == "open"
            assert part > held.amount
        else:
            if held.state == "open":
                self.pencil.end(name, part, "captured")

    @rule(name=NAMES)
    def release(self, name: str) -> None:
        if name in self.pencil.holds:
            credits.release(name)
            if self.pencil.holds[name].state == "open":
                self.pencil.end(name, 0, "released")

    @rule(name=NAMES, key=NAMES, part=AMOUNTS)
    def refund(self, name: str, key: str, part: int) -> None:
        held = self.pencil.holds.get(name)
        if held is None:
            return
        reference = f"refund:{name}:{key}"
        try:
            credits.refund(name, part, reason="why", key=key)
        except Refused:
            assert reference not in self.done
            assert part > held.charged - held.refunded
            return
        if self.first(reference):
            self.pencil.refund(name, part)

    @rule(name=NAMES, amount=AMOUNTS, debt=some.booleans(), number=GRANTS)
    def take_back(self, name: str, amount: int, debt: bool, number: int | None) -> None:
        of = self.granted(number)
        try:
            credits.take_back(self.user, amount, reference=f"re:{name}", kind="purchase", debt=debt, of=of)
        except InsufficientCredits:
            assert not debt
            own = self.pencil.own(of)
            assert self.pencil.available + (own.expired if own is not None else 0) < amount
        else:
            if self.first(f"re:{name}"):
                self.pencil.go(amount, of, f"re:{name}")

    @rule(name=NAMES, amount=AMOUNTS)
    def put_back(self, name: str, amount: int) -> None:
        """Also more than was taken: sums of refunds are rounded together."""
        if f"re:{name}" in self.done:
            credits.put_back(self.user, amount, reference=f"re:{name}:back", kind="not paid back", of=f"re:{name}")
            if self.first(f"re:{name}:back"):
                self.pencil.back(amount, f"re:{name}", self.today)

    @rule(name=NAMES, amount=some.integers(-60, 60).filter(bool))
    def adjust(self, name: str, amount: int) -> None:
        try:
            credits.adjust(self.user, amount, actor=self.dana, reason="why", reference=f"adjust:{name}")
        except Refused:
            assert self.pencil.available < -amount
            return
        if self.first(f"adjust:{name}"):
            (self.pencil.come if amount > 0 else self.pencil.go)(abs(amount))

    @rule(name=NAMES, amount=AMOUNTS, number=GRANTS)
    def dispute(self, name: str, amount: int, number: int | None) -> None:
        of = self.granted(number)
        credits.dispute_open(self.user, amount, reference=name, of=of)
        if name not in self.pencil.disputes:
            self.pencil.disputes[name] = amount
            self.pencil.go(amount, of, name)

    @rule(name=NAMES, won=some.booleans())
    def decide(self, name: str, won: bool) -> None:
        ended = (credits.dispute_won if won else credits.dispute_lost)(name)
        assert (ended is None) == (name not in self.pencil.disputes)
        if ended is not None and name not in self.pencil.ended:
            self.pencil.ended.add(name)
            if won:
                self.pencil.back(self.pencil.disputes[name], name, self.today)

    @rule(daily=CAPS, monthly=CAPS)
    def allow(self, daily: int | None, monthly: int | None) -> None:
        self.caps = {"daily_cap": daily, "monthly_cap": monthly}
        credits.allow(self.user, self.caps)

    @rule()
    def a_day_passes(self) -> None:
        day = timedelta(days=1)
        Lot.objects.filter(expires_at__isnull=False).update(expires_at=F("expires_at") - day)
        Hold.objects.update(created_at=F("created_at") - day)
        self.today += 1

    @rule()
    def expire(self) -> None:
        credits.expire_lots()
        self.pencil.expire(self.today)

    @rule(name=NAMES, amount=AMOUNTS)
    def fail_halfway(self, name: str, amount: int) -> None:
        """Somebody's transaction in which credits moved comes to nothing."""
        point = transaction.savepoint()
        credits.grant(self.user, amount, reference=f"halfway:{name}", kind="purchase")
        credits.dispute_open(self.user, amount, reference=f"halfway:{name}")
        transaction.savepoint_rollback(point)

    @invariant()
    def the_wallet_is_as_counted(self) -> None:
        wallet = Wallet.objects.filter(user=self.user).first() or Wallet()
        kept = self.pencil
        found = (wallet.available, wallet.held, wallet.frozen, wallet.debt)
        assert found == (kept.available, kept.held, kept.frozen, kept.debt)


def play(runs: int, monkeypatch: pytest.MonkeyPatch, alice: User, dana: User, *, twin: bool = False) -> None:
    """A twin need not be told shortest, and must not depend on chance."""
    monkeypatch.setattr(coupons, "TRIES", (10**9, 3600))
    monkeypatch.setattr(signals.moved, "receivers", [])  # what a browser is told of it is tried elsewhere
    key, _secret = api_keys.issue(alice, "capped", Scope.values)
    ApiKey.objects.filter(pk=key.pk).update(spending_cap=KEY_CAP)
    key.refresh_from_db()
    Coupon.objects.create(code="ONCE", credits=11, uses=1)
    Coupon.objects.create(code="WEEK", credits=11, uses=9, days=7)
    Books.user, Books.dana, Books.key = alice, dana, key
    Books.TestCase.settings = settings(
        max_examples=runs, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate] if twin else [Phase.generate, Phase.shrink],
        database=None, report_multiple_bugs=False, derandomize=twin,
    )  # fmt: skip
    Books.TestCase("runTest").runTest()


@pytest.mark.django_db
def test_no_order_of_verbs_breaks_the_books(monkeypatch: pytest.MonkeyPatch, alice: User, dana: User) -> None:
    play(CI_RUNS, monkeypatch, alice, dana)


@pytest.mark.nightly
@pytest.mark.django_db
def test_no_order_of_verbs_breaks_the_books_for_long(monkeypatch: pytest.MonkeyPatch, alice: User, dana: User) -> None:
    play(RUNS, monkeypatch, alice, dana)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("room", "guard", "without"),
    [
        (caps, "_within", lambda *_args: None),
        (lots, "give_back", lambda *_args: None),
        (undoing, "expired", lambda *_args: 0),
    ],
)
def test_the_pencil_sees_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, alice: User, dana: User, room: Any, guard: str, without: Any
) -> None:
    monkeypatch.setattr(room, guard, without)
    with pytest.raises(AssertionError):
        play(CI_RUNS, monkeypatch, alice, dana, twin=True)
