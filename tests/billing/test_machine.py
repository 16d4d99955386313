"""All verbs in any order, against a model of twenty lines."""

import os
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.errors import Refused
from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Wallet

NAMES = some.sampled_from("abcdef")
AMOUNTS = some.integers(1, 60)
RUNS = int(os.environ.get("LEDGER_RUNS", "2000"))


class Books(RuleBasedStateMachine):
    """One person; what they should have is counted by hand."""

    user: User
    dana: User

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.net, self.done, self.holds, self.disputes = 0, set[str](), dict[str, Any](), dict[str, int]()
        self.counted = Counter[str]()

    def teardown(self) -> None:
        assert broken() == []
        transaction.savepoint_rollback(self.point)

    def first(self, name: str) -> bool:
        new = name not in self.done
        self.done.add(name)
        return new

    @rule(name=NAMES, amount=AMOUNTS)
    def grant(self, name: str, amount: int) -> None:
        credits.grant(self.user, amount, reference=f"grant:{name}", kind="purchase")
        if self.first(f"grant:{name}"):
            self.net += amount

    @rule(name=NAMES, amount=AMOUNTS)
    def hold(self, name: str, amount: int) -> None:
        try:
            credits.hold(self.user, amount, reference=name)
        except Refused:
            assert name not in self.holds
            assert credits.balance(self.user).available < amount
        else:
            self.holds.setdefault(name, [amount, "open", 0])

    @rule(name=NAMES, part=AMOUNTS)
    def capture(self, name: str, part: int) -> None:
        held = self.holds.get(name)
        if held is None or (held[1] == "open" and part > held[0]):
            return
        credits.capture(name, part)
        if held[1] == "open":
            self.holds[name] = [held[0], "captured", part]
            self.net -= part

    @rule(name=NAMES)
    def release(self, name: str) -> None:
        if name in self.holds:
            credits.release(name)
            if self.holds[name][1] == "open":
                self.holds[name][1] = "released"

    @rule(name=NAMES, key=NAMES, part=AMOUNTS)
    def refund(self, name: str, key: str, part: int) -> None:
        if name not in self.holds:
            return
        new = f"refund:{name}:{key}" not in self.done
        try:
            credits.refund(name, part, reason="why", key=key)
        except Refused:
            assert new
            assert part > self.holds[name][2]
            return
        if self.first(f"refund:{name}:{key}"):
            self.holds[name][2] -= part
            self.net += part

    @rule(name=NAMES, amount=AMOUNTS)
    def take_back(self, name: str, amount: int) -> None:
        credits.take_back(self.user, amount, reference=f"re:{name}", kind="purchase")
        if self.first(f"re:{name}"):
            self.net -= amount

    @rule(name=NAMES, amount=some.integers(-60, 60).filter(bool))
    def adjust(self, name: str, amount: int) -> None:
        try:
            credits.adjust(self.user, amount, actor=self.dana, reason="why", reference=f"adjust:{name}")
        except Refused:
            assert credits.balance(self.user).available < -amount
            return
        if self.first(f"adjust:{name}"):
            self.net += amount

    @rule(name=NAMES, amount=AMOUNTS)
    def dispute(self, name: str, amount: int) -> None:
        credits.dispute_open(self.user, amount, reference=name)
        if name not in self.disputes:
            self.disputes[name] = amount
            self.net -= amount

    @rule(name=NAMES, won=some.booleans())
    def decide(self, name: str, won: bool) -> None:
        ended = (credits.dispute_won if won else credits.dispute_lost)(name)
        if ended is not None and self.first(f"end:{name}") and won:
            self.net += self.disputes[name]

    @invariant()
    def the_wallet_is_as_counted(self) -> None:
        wallet = Wallet.objects.filter(user=self.user).first() or Wallet()
        held = sum(amount for amount, state, _charged in self.holds.values() if state == "open")
        assert wallet.held == held
        assert wallet.available + wallet.held - wallet.debt == self.net
        assert min(wallet.available, wallet.held, wallet.debt, wallet.frozen) >= 0


def play(runs: int, alice: User, dana: User) -> None:
    Books.user, Books.dana = alice, dana
    Books.TestCase.settings = settings(
        max_examples=runs, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    Books.TestCase("runTest").runTest()


@pytest.mark.django_db
def test_no_order_of_verbs_breaks_the_books(alice: User, dana: User) -> None:
    play(300, alice, dana)


@pytest.mark.nightly
@pytest.mark.django_db
def test_no_order_of_verbs_breaks_the_books_for_long(alice: User, dana: User) -> None:
    play(RUNS, alice, dana)
