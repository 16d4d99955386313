"""A payment that comes late, is half refunded and disputed: whatever is told first, how often, by two at once."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Dispute, Payment, Refund
from billing.payments import disputes
from billing.payments.gateway import Stripe as Gateway
from tests.billing import shop
from tests.billing.conftest import Stripe, knock_and_leave
from tests.billing.double.store import Thing

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("completed", "async_succeeded", "refund", "dispute")
ORDERS = list(permutations(KINDS))
# 500 bought, half of it paid back, all of it disputed: 250 frozen beside a debt of 250, as 500 are in dispute.
END = (0, 500, 250)


@pytest.fixture
def many(stripe: Stripe) -> Stripe:
    stripe.post.send = knock_and_leave
    return stripe


def lived(stripe: Stripe, user: User) -> dict[str, Thing]:
    """All four have happened at Stripe, and we know of none."""
    order = stripe.buy(user)
    session = stripe.session(order)
    stripe.world.pay(session, slow=True)
    stripe.world.arrive(session)
    stripe.world.refund(session["payment_intent"], order.amount // 2)
    stripe.world.dispute(session["payment_intent"])
    by_type = {event["type"]: event for event in stripe.post.waiting()}
    names = ("checkout.session.completed", "checkout.session.async_payment_succeeded", "refund.created",
             "charge.dispute.created")  # fmt: skip
    stripe.post.drop()
    return dict(zip(KINDS, (by_type[name] for name in names), strict=True))


def told(stripe: Stripe, user: User, order: tuple[str, ...], copies: int) -> tuple[int, int, int]:
    happened = lived(stripe, user)
    answers = stripe.post.deliver([happened[kind] for kind in order], copies=copies, at_once=2)
    assert set(answers) == {200}
    return shop.wallet(user)


def person(number: int) -> User:
    return User.objects.create_user(f"buyer{number}@example.org", "correct horse buyer")


def tell_all(stripe: Stripe, cases: list[tuple[tuple[str, ...], int]]) -> None:
    ends = {}
    for number, (order, copies) in enumerate(cases):
        ends[order, copies] = told(stripe, person(number), order, copies)
    assert {case: end for case, end in ends.items() if end != END} == {}
    assert broken() == []
    assert Payment.objects.count() == Refund.objects.count() == Dispute.objects.count() == len(cases)


def test_orders_and_copies_lead_to_one_balance(many: Stripe) -> None:
    """Every fourth of the 24, with each number of copies."""
    tell_all(many, [(ORDERS[number * 4], number % 5 + 1) for number in range(6)])


@pytest.mark.nightly
def test_all_orders_with_all_copies_lead_to_one_balance(many: Stripe) -> None:
    tell_all(many, [(order, copies) for order in ORDERS for copies in range(1, 6)])


def test_grants_that_are_not_named_after_the_payment_are_many(many: Stripe, alice: User, monkeypatch: Any) -> None:
    """The twin: the same walk when every event may grant for itself."""
    numbers = iter(range(1000))
    monkeypatch.setattr(Payment, "reference", property(lambda self: f"payment:{self.pk}:{next(numbers)}"))
    assert told(many, alice, ORDERS[0], 2) != END


def test_believing_events_instead_of_asking_grants_nothing_to_some(many: Stripe, alice: User, monkeypatch: Any) -> None:
    """The twin: the first event said that the money is not there yet, and that is all that is looked at."""
    happened = lived(many, alice)
    said = {event["data"]["object"]["id"]: happened["completed"]["data"]["object"] for event in happened.values()}
    fetch = many_fetch(monkeypatch, said)
    many.post.deliver([happened["async_succeeded"], happened["completed"]])
    assert fetch
    assert shop.wallet(alice) == (0, 0, 0)


def many_fetch(monkeypatch: Any, said: dict[str, Thing]) -> list[str]:
    asked: list[str] = []
    real: Callable[..., Thing] = Gateway.fetch

    def fetch(self: Any, kind: str, name: str) -> Thing:
        asked.append(name)
        return said[name] if kind == "checkout.session" else real(self, kind, name)

    monkeypatch.setattr(Gateway, "fetch", fetch)
    return asked


@pytest.mark.parametrize("verdict", ["won", "lost"])
def test_a_verdict_that_overtakes_everything_ends_alike(many: Stripe, alice: User, bob: User, verdict: str) -> None:
    for user, backwards in ((alice, False), (bob, True)):
        order = many.buy(user)
        session = many.session(order)
        many.world.pay(session)
        many.world.judge(many.world.dispute(session["payment_intent"]), verdict)
        events = many.post.waiting()
        many.post.deliver(events[::-1] if backwards else events, at_once=2)
    assert shop.wallet(alice) == shop.wallet(bob) == ((500, 0, 0) if verdict == "won" else (0, 0, 0))
    assert broken() == []


def test_events_that_come_while_things_happen_end_as_those_that_come_after(many: Stripe, alice: User) -> None:
    order = many.buy(alice)
    session = many.session(order)
    many.world.pay(session, slow=True)
    many.post.deliver(copies=2, at_once=2)
    assert shop.wallet(alice) == (0, 0, 0)
    many.world.arrive(session)
    many.post.shuffled(1, at_once=2)
    assert shop.wallet(alice) == (500, 0, 0)
    many.world.refund(session["payment_intent"], order.amount // 2)
    many.world.dispute(session["payment_intent"])
    many.post.shuffled(2, copies=3, at_once=2)
    assert shop.wallet(alice) == END


def test_a_dispute_without_its_own_name_freezes_twice(many: Stripe, alice: User, monkeypatch: Any) -> None:
    """The twin of the dispute's reference."""
    numbers = iter(range(100))

    def open_anew(user: User, amount: int, *, reference: str, **more: Any) -> Any:
        with transaction.atomic():
            return real(user, amount, reference=f"{reference}:{next(numbers)}", **more)

    real = credits.dispute_open
    monkeypatch.setattr(disputes.credits, "dispute_open", open_anew)
    many.bought(alice)
    dispute = many.world.dispute(Payment.objects.get().stripe_id)
    many.store.tell("charge.dispute.funds_withdrawn", dispute)
    many.post.deliver()
    assert shop.wallet(alice) == (0, 1000, 500)
