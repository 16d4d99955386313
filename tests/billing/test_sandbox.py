"""The journey without keys: pack, pay page, signed event, grant."""

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts import signals
from accounts.models import User
from billing.invariants import broken
from billing.models import Event, Order, Plan, TopUp
from billing.payments import plan_changes, topups
from billing.plans import plan_of
from tests.billing import shop
from tests.billing.conftest import plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def order(alice: User, alice_api: APIClient) -> Order:
    shop.pack()
    answer = alice_api.post("/api/v1/wallet/checkout", {"pack": "credits-500"}, format="json")
    assert answer.status_code == 201, answer.content
    return Order.objects.get(public_id=answer.json()["data"]["order"])


def act(browser: Client, order: Order, **what: str) -> Any:
    return browser.post(f"/sandbox/{order.public_id}/", what)


def test_a_pack_is_paid_and_granted_once(
    alice: User, browser: Client, order: Order, django_capture_on_commit_callbacks: Any
) -> None:
    assert order.url.endswith(f"/sandbox/{order.public_id}/")
    with django_capture_on_commit_callbacks(execute=True):
        assert act(browser, order, card="ok").status_code == 302
    assert shop.wallet(alice) == (500, 0, 0)
    act(browser, order, card="ok")
    assert shop.wallet(alice) == (500, 0, 0)
    assert [letter.subject for letter in mail.outbox] == ["Receipt: 500 credits"]
    assert broken() == []


def test_the_landing_page_grants_nothing(alice: User, browser: Client, order: Order) -> None:
    assert b"Waiting for the payment" in browser.get(f"/wallet/orders/{order.public_id}/").content
    assert shop.wallet(alice) == (0, 0, 0)


def test_a_declined_card_buys_nothing(alice: User, browser: Client, order: Order) -> None:
    act(browser, order, card="declined")
    assert shop.wallet(alice) == (0, 0, 0)
    act(browser, order, card="ok")
    assert shop.wallet(alice) == (500, 0, 0)


def test_three_d_secure_asks_before_it_pays(alice: User, browser: Client, order: Order) -> None:
    assert b"Is this payment yours?" in act(browser, order, card="3ds").content
    assert shop.wallet(alice) == (0, 0, 0)
    act(browser, order, card="3ds-confirmed")
    assert shop.wallet(alice) == (500, 0, 0)


def test_a_slow_bank_grants_when_it_has_decided(alice: User, browser: Client, order: Order) -> None:
    act(browser, order, card="slow")
    assert shop.wallet(alice) == (0, 0, 0)
    act(browser, order, act="decide")
    assert shop.wallet(alice) == (500, 0, 0)


def test_refund_and_lost_dispute_leave_what_is_due(alice: User, browser: Client, order: Order) -> None:
    act(browser, order, card="ok")
    act(browser, order, act="half")
    assert shop.wallet(alice) == (250, 0, 0)
    act(browser, order, act="dispute")
    assert shop.wallet(alice) == (0, 500, 250)
    act(browser, order, act="lost")
    assert shop.wallet(alice) == (0, 0, 250)
    assert broken() == []


def test_a_dispute_that_is_won_gives_back(alice: User, browser: Client, order: Order) -> None:
    act(browser, order, card="ok")
    act(browser, order, act="dispute")
    assert shop.wallet(alice) == (0, 500, 0)
    act(browser, order, act="won")
    assert shop.wallet(alice) == (500, 0, 0)


def test_a_plan_brings_credits_every_month_until_it_ends(alice: User, browser: Client, alice_api: APIClient) -> None:
    Plan.objects.create(slug="pro", title="Pro", monthly=1000, amount=1900)
    answer = alice_api.post("/api/v1/wallet/subscription", {"plan": "pro"}, format="json").json()["data"]
    order = Order.objects.get(public_id=answer["order"])
    act(browser, order, card="ok")
    assert (shop.wallet(alice)[0], plan_of(alice).slug) == (1000, "pro")
    act(browser, order, act="month")
    assert shop.wallet(alice)[0] == 2000
    again = alice_api.post("/api/v1/wallet/subscription", {"plan": "pro"}, format="json")
    assert again.status_code == 409
    act(browser, order, act="cancel")
    assert plan_of(alice).slug == "free"
    assert broken() == []


def test_an_upgrade_after_months_at_the_press_of_a_button_runs(
    alice: User, browser: Client, alice_api: APIClient
) -> None:
    plan()
    plan("studio", monthly=3000, amount=4900)
    answer = alice_api.post("/api/v1/wallet/subscription", {"plan": "pro"}, format="json").json()["data"]
    order = Order.objects.get(public_id=answer["order"])
    act(browser, order, card="ok")
    for _month in range(2):
        act(browser, order, act="month")
    plan_changes.change(alice, "studio")
    assert (shop.wallet(alice)[0], plan_of(alice).slug, broken()) == (6000, "studio", [])


def test_another_person_cannot_pay_or_look(order: Order, charlie: User) -> None:
    stranger = Client()
    stranger.force_login(charlie)
    for address in (f"/sandbox/{order.public_id}/", f"/wallet/orders/{order.public_id}/"):
        assert stranger.get(address).status_code == 404
    assert act(stranger, order, card="ok").status_code == 404


def test_with_real_keys_there_is_no_sandbox(browser: Client, order: Order, settings: Any) -> None:
    settings.PAYMENTS_GATEWAY = "billing.payments.gateway.Stripe"
    assert browser.get(f"/sandbox/{order.public_id}/").status_code == 404
    assert act(browser, order, card="ok").status_code == 404


def test_the_same_key_is_the_same_checkout(alice_api: APIClient) -> None:
    shop.pack()
    shop.pack(credits=100)
    ask = {"path": "/api/v1/wallet/checkout", "format": "json", "headers": {"Idempotency-Key": "one"}}
    first, second = (alice_api.post(data={"pack": "credits-500"}, **ask).json()["data"] for _time in range(2))
    assert first == second
    assert alice_api.post(data={"pack": "credits-100"}, **ask).status_code == 422
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"pack": "credits-500", "amount": 1}, {"pack": "credits-500", "user": 1},
        {"pack": "credits-500", "quantity": -1}, {"pack": "credits-500", "status": "paid"},
        {"pack": True}, {"pack": 1e30}, {"pack": None}, {}, {"pack": ""},
    ],
)  # fmt: skip
def test_what_a_client_may_not_say(alice_api: APIClient, body: dict[str, Any]) -> None:
    shop.pack()
    assert alice_api.post("/api/v1/wallet/checkout", body, format="json").status_code == 400
    assert not Order.objects.exists()


def test_events_are_kept_once(browser: Client, order: Order) -> None:
    act(browser, order, card="ok")
    assert Event.objects.count() == 1
    assert Event.objects.get().handled_at is not None


@pytest.mark.parametrize(
    "given", [{}, {"pack": ""}, {"pack": "a\x00b"}, {"plan": "\x00"}, {"pack": "x" * 5000}, {"key": "\x00"}]
)
def test_a_form_that_names_nothing_leads_back(browser: Client, given: dict[str, str]) -> None:
    page = browser.post("/wallet/buy/", given, follow=True)
    assert page.status_code == 200
    assert "not on sale" in page.content.decode()
    assert browser.post("/wallet/plan/", given).status_code == 302
    assert not Order.objects.exists()


def test_a_form_sent_twice_is_one_order(browser: Client) -> None:
    form = {"pack": shop.pack().slug, "key": "of this page"}
    first, second = (browser.post("/wallet/buy/", form).headers["Location"] for _time in range(2))
    assert first == second
    assert Order.objects.count() == 1


def test_what_was_paid_is_in_an_export_and_leaving_ends_the_top_up(browser: Client, order: Order, alice: User) -> None:
    act(browser, order, card="ok")
    topups.allow(alice, order.pack.slug, below=10, monthly=1)  # type: ignore[union-attr]
    parts = [part for _ear, parts in signals.exporting.send(User, user=alice) if parts for part in parts]
    told = json.loads(dict(parts)["payments.json"])
    assert (told["orders"][0]["state"], told["payments"][0]["amount"]) == ("paid", order.amount)
    signals.closing.send(User, user=alice)
    assert not TopUp.objects.exists()
