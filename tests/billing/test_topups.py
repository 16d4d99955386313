"""Credits bought by themselves: below a threshold, one at a time, so many a month, and never in the dark."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import closure
from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Alarm, Order, Payment, TopUp
from billing.payments import checkout, topups
from tests.billing import shop
from tests.billing.conftest import Stripe
from tests.billing.double import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def setting(stripe: Stripe, alice: User) -> TopUp:
    """Alice bought a pack, so that her card is known, and has spent all but ten credits."""
    stripe.bought(alice)
    setting = topups.allow(alice, shop.pack().slug, below=50, monthly=2)
    spend(alice, 490)
    return setting


def spend(user: User, amount: int) -> None:
    name = f"job:{timezone.now().timestamp()}"
    credits.hold(user, amount, reference=name)
    credits.capture(name, amount)


def charged(stripe: Stripe) -> int:
    return stripe.server.calls.count("POST /v1/payment_intents")


def test_too_few_credits_are_topped_up_and_granted_once(stripe: Stripe, setting: TopUp) -> None:
    assert topups.run() == 1
    assert set(stripe.post.deliver(copies=3)) == {200}
    assert (shop.wallet(setting.user), charged(stripe)) == ((510, 0, 0), 1)
    assert topups.run() == 0
    assert broken() == []


def test_enough_credits_are_left_alone(stripe: Stripe, setting: TopUp) -> None:
    TopUp.objects.update(below=10)
    assert topups.run() == 0


@pytest.mark.parametrize("state", [{"active": False}, {"trouble": "card_declined"}])
def test_what_is_off_stays_off(stripe: Stripe, setting: TopUp, state: dict[str, Any]) -> None:
    TopUp.objects.update(**state)
    assert (topups.run(), charged(stripe)) == (0, 0)


@pytest.mark.usefixtures("midday")
def test_so_many_a_month_and_no_more(stripe: Stripe, setting: TopUp) -> None:
    for _time in range(4):
        topups.run()
        spend(setting.user, shop.wallet(setting.user)[0])
    assert charged(stripe) == 2
    Order.objects.filter(kind="top_up").update(created_at=timezone.now() - timedelta(days=32))
    topups.run()
    assert charged(stripe) == 3


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one_charge(stripe: Stripe, setting: TopUp) -> None:
    def run(_number: int) -> int:
        try:
            return topups.run()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(run, range(10))) == 1
    assert (charged(stripe), Payment.objects.filter(order__kind="top_up").count()) == (1, 1)


def test_one_that_is_paid_while_the_next_begins_is_enough(stripe: Stripe, setting: TopUp, monkeypatch: Any) -> None:
    real = checkout.order_for

    def first_the_other(user: User, *args: Any, **kwargs: Any) -> Order:
        credits.grant(user, 500, reference="the other", kind="purchase")
        return real(user, *args, **kwargs)

    monkeypatch.setattr(topups.checkout, "order_for", first_the_other)
    assert topups.begin(setting) is None
    assert not Order.objects.filter(kind="top_up").exists()


def test_a_second_open_one_is_refused_by_the_table(stripe: Stripe, setting: TopUp) -> None:
    checkout.order_for(setting.user, setting.pack, kind=Order.Kind.TOP_UP)
    with pytest.raises(IntegrityError), transaction.atomic():
        checkout.order_for(setting.user, setting.pack, kind=Order.Kind.TOP_UP)
    assert topups.begin(setting) is None


def test_an_open_one_that_is_forgotten_is_charged_beside(stripe: Stripe, setting: TopUp) -> None:
    """The twin: orders that do not know of each other."""
    orders = []
    for _time in range(2):
        Order.objects.filter(kind="top_up").update(state=Order.State.EXPIRED)
        orders.append(topups.begin(setting))
    for order in orders:
        assert order is not None
        topups.charge(order)
    assert charged(stripe) == 2


@pytest.mark.parametrize("behaves", ["3ds", "declined"])
def test_a_card_that_wants_its_owner_is_said_once_and_waits(
    stripe: Stripe, setting: TopUp, behaves: str, django_capture_on_commit_callbacks: Any
) -> None:
    for card in stripe.store.of("payment_method"):
        card["behaves"] = behaves
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(3):
            topups.run()
    order = Order.objects.get(kind="top_up")
    assert (order.state, charged(stripe), shop.wallet(setting.user)[0]) == ("failed", 1, 10)
    letters = [letter for letter in mail.outbox if letter.subject == "Your automatic top-up needs you"]
    assert len(letters) == 1
    assert f"/wallet/orders/{order.public_id}/" in letters[0].body
    assert TopUp.objects.get().trouble == ("authentication_required" if behaves == "3ds" else "card_declined")


def test_paying_by_hand_sets_it_going_again(stripe: Stripe, setting: TopUp) -> None:
    TopUp.objects.update(trouble="authentication_required")
    stripe.bought(setting.user)
    assert TopUp.objects.get().trouble == ""
    spend(setting.user, 510)
    assert topups.run() == 1


@pytest.mark.parametrize("how", ["after", "cut", "sticky"])
def test_a_charge_whose_answer_is_lost_is_one_charge(stripe: Stripe, setting: TopUp, how: str) -> None:
    stripe.server.faults += [Fault("POST /v1/payment_intents", how)] * (1 if how == "sticky" else 3)
    topups.run()
    assert Order.objects.get(kind="top_up").state == Order.State.OPEN
    stripe.server.keys.clear()
    Order.objects.filter(kind="top_up").update(created_at=timezone.now() - timedelta(minutes=5))
    topups.run()
    topups.run()
    assert len([one for one in stripe.store.of("payment_intent") if one["status"] == "succeeded"]) == 2
    assert (shop.wallet(setting.user), Order.objects.get(kind="top_up").state) == ((510, 0, 0), Order.State.PAID)


def test_charging_again_without_looking_is_a_second_charge(stripe: Stripe, setting: TopUp) -> None:
    """The twin: Stripe has forgotten the key."""
    stripe.server.faults += [Fault("POST /v1/payment_intents", "sticky")]
    topups.run()
    stripe.server.keys.clear()
    topups.charge(Order.objects.get(kind="top_up"))
    assert len([one for one in stripe.store.of("payment_intent") if one["status"] == "succeeded"]) == 3


def test_after_a_day_without_an_answer_it_is_given_up(stripe: Stripe, setting: TopUp) -> None:
    stripe.server.faults += [Fault("POST /v1/payment_intents", "before")] * 3
    topups.run()
    Order.objects.filter(kind="top_up").update(created_at=timezone.now() - timedelta(hours=24))
    topups.run()
    assert (Order.objects.get(kind="top_up").state, TopUp.objects.get().trouble) == ("failed", "no answer")


def unanswered(stripe: Stripe, setting: TopUp) -> Order:
    """Asked for, and nothing was heard: nobody knows whether it was charged."""
    stripe.server.faults += [Fault("POST /v1/payment_intents", "before")] * 3
    topups.run()
    Order.objects.filter(kind="top_up").update(created_at=timezone.now() - timedelta(minutes=5))
    mail.outbox.clear()
    return Order.objects.get(kind="top_up")


def leave(user: User) -> None:
    closure.close(user)


def be_sent_away(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def buy_by_hand(user: User) -> None:
    credits.grant(user, 500, reference="by hand", kind="purchase")


def want_another(user: User) -> None:
    topups.allow(user, shop.pack(2000, 3000).slug, below=5, monthly=2)


@pytest.mark.parametrize("act", [topups.forbid, leave, be_sent_away, buy_by_hand, want_another])
def test_what_is_no_longer_wanted_is_not_charged_after_all(
    stripe: Stripe, setting: TopUp, act: Callable[[User], None], django_capture_on_commit_callbacks: Any
) -> None:
    order, asked = unanswered(stripe, setting), charged(stripe)
    act(setting.user)
    with django_capture_on_commit_callbacks(execute=True):
        topups.run()
    order.refresh_from_db()
    assert (order.state, charged(stripe)) == (Order.State.EXPIRED, asked)
    assert [letter.subject for letter in mail.outbox if "top-up" in letter.subject] == []
    assert not TopUp.objects.exclude(trouble="").exists()


def test_what_was_charged_before_it_was_switched_off_is_granted_however_late(stripe: Stripe, setting: TopUp) -> None:
    order = unanswered(stripe, setting)
    topups.forbid(setting.user)
    topups.run()
    marks, customer = {"order": str(order.public_id)}, checkout.customer_of(setting.user)
    stripe.world.succeed(stripe.world.intent(order.amount, order.currency, customer, marks))
    stripe.post.deliver(copies=2)
    order.refresh_from_db()
    assert (order.state, shop.wallet(setting.user), broken()) == (Order.State.PAID, (510, 0, 0), [])
    assert not Alarm.objects.exists()


@pytest.mark.parametrize("how", [{"monthly": 0}, {"pack__active": False}])
def test_those_who_may_buy_no_more_keep_nobody_waiting(
    stripe: Stripe, setting: TopUp, bob: User, monkeypatch: Any, how: dict[str, Any]
) -> None:
    monkeypatch.setattr(topups, "AT_ONCE", 1)
    withdrawn = shop.pack(2000, 3000, active="pack__active" not in how)
    TopUp.objects.update(pack=withdrawn, **{name: value for name, value in how.items() if name == "monthly"})
    stripe.bought(bob)
    topups.allow(bob, shop.pack().slug, below=1000, monthly=1)
    assert topups.run() == 1
    assert Order.objects.get(kind="top_up").user == bob


def test_each_is_charged_before_the_next_begins(stripe: Stripe, setting: TopUp, bob: User, monkeypatch: Any) -> None:
    """Behind a slow Stripe the last of many would be charged minutes after having switched it off."""
    stripe.bought(bob)
    topups.allow(bob, shop.pack().slug, below=1000, monthly=1)
    waiting: list[int] = []
    real = topups.charge

    def charge(order: Order) -> None:
        waiting.append(Order.objects.filter(kind="top_up", state="open").count())
        real(order)

    monkeypatch.setattr(topups, "charge", charge)
    assert topups.run() == 2
    assert waiting == [1, 1]


def test_nobody_else_waits_for_a_stripe_that_does_not_answer_one(stripe: Stripe, setting: TopUp, bob: User) -> None:
    stripe.bought(bob)
    topups.allow(bob, shop.pack().slug, below=1000, monthly=1)
    stripe.server.faults += [Fault("POST /v1/payment_intents", "before")] * 3
    assert topups.run() == 2
    assert {order.state for order in Order.objects.filter(kind="top_up")} == {"open", "paid"}


def test_the_api_of_the_top_up(stripe: Stripe, alice_api: APIClient, bob_api: APIClient) -> None:
    address, wanted = "/api/v1/wallet/top-up", {"pack": shop.pack().slug, "below": 40}
    assert alice_api.get(address).status_code == 404
    answer = alice_api.put(address, wanted, format="json").json()["data"]
    assert answer == {"pack": "credits-500", "below": 40, "monthly": 3, "active": True, "trouble": ""}
    for wrong in ({"below": 0}, {"below": True}, {"below": 1e30}, {"monthly": -1}, {"amount": 1}, {"pack": 5}):
        assert alice_api.put(address, wanted | wrong, format="json").status_code == 400, wrong
    assert alice_api.put(address, wanted | {"pack": "nothing"}, format="json").status_code == 404
    assert bob_api.get(address).status_code == 404
    assert alice_api.delete(address).status_code == 204
    assert alice_api.get(address).json()["data"]["active"] is False


def test_the_page_of_the_top_up(stripe: Stripe, alice: User) -> None:
    browser = Client()
    browser.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    browser.post("/wallet/top-up/", {"pack": shop.pack().slug, "below": "30", "monthly": "2"})
    assert (TopUp.objects.get().below, TopUp.objects.get().active) == (30, True)
    wrong = browser.post("/wallet/top-up/", {"pack": "nothing", "below": "x", "monthly": "2"}, follow=True)
    assert "whole numbers" in wrong.content.decode()
    browser.post("/wallet/top-up/", {"stop": "yes"})
    assert not TopUp.objects.get().active
