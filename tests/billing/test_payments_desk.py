"""Money at the desk: with a right, with a reason, once, and noted."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from billing import credits
from billing.invariants import broken
from billing.models import Alarm, Event, Payment, Refund
from billing.payments.alarms import raise_alarm
from tests.billing import shop
from tests.billing.conftest import Stripe
from tests.billing.double import Fault
from tests.billing.test_desk import staff

pytestmark = pytest.mark.django_db
BOOKS = ("payment", "order", "refund", "dispute", "subscription", "topup", "event", "alarm")


@pytest.fixture
def payment(stripe: Stripe, alice: User) -> Payment:
    return stripe.bought(alice)


def fill(client: Client, payment: Payment, **fields: Any) -> dict[str, Any]:
    """The form as this person saw it."""
    page = client.get(address(payment)).content.decode()
    number = re.search(r'name="number" value="([^"]+)"', page)
    assert number is not None
    return {"number": number[1], "reason": "blurred", **fields}


def address(payment: Payment) -> str:
    return f"/admin/billing/payment/{payment.pk}/refund/"


@pytest.mark.parametrize("name", BOOKS)
def test_finance_sees_every_book_and_writes_none(stripe: Stripe, payment: Payment, name: str) -> None:
    stripe.world.refund(payment.stripe_id, 100)
    stripe.world.dispute(payment.stripe_id, 100)
    stripe.post.deliver()
    raise_alarm("something", "x")
    client = staff("finance")
    assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:billing_{name}_changelist"), {"q": "alice@example.org"}).status_code == 200
    assert client.get(reverse(f"admin:billing_{name}_add")).status_code == 403


@pytest.mark.parametrize("name", ["payment", "refund", "event", "alarm"])
def test_support_does_not_see_money(payment: Payment, name: str) -> None:
    assert staff("support").get(reverse(f"admin:billing_{name}_changelist")).status_code == 403
    assert staff("operator").post(address(payment), {"amount": "1", "reason": "x", "number": "1"}).status_code == 403


def test_half_is_given_back_with_a_reason_and_a_note(stripe: Stripe, payment: Payment) -> None:
    client = staff("finance")
    form = fill(client, payment, amount="4.50")
    client.post(address(payment), form)
    client.post(address(payment), form)
    stripe.post.deliver()
    assert [one["amount"] for one in stripe.store.of("refund")] == [450]
    assert (shop.wallet(payment.user), broken()) == ((250, 0, 0), [])
    note = AuditEntry.objects.get(action="payment refunded")
    assert (note.facts["reason"], note.facts["amount"]) == ("blurred", 450)
    assert "blurred" in client.get(reverse("admin:billing_payment_change", args=[payment.pk])).content.decode()


def test_the_clicks_of_two_people_are_one_refund(stripe: Stripe, payment: Payment, dana: User) -> None:
    first, second = staff("finance"), Client()
    second.force_login(dana, "allauth.account.auth_backends.AuthenticationBackend")
    forms = [(client, fill(client, payment, amount="3.00")) for client in (first, second)]
    for client, form in forms * 5:
        client.post(address(payment), form)
    assert len(list(stripe.store.of("refund"))) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "9.01"}, "No more than what was paid"),
        ({"amount": "0"}, "Say how much"),
        ({"amount": "1", "number": "7"}, "Look again"),
    ],
)
def test_what_cannot_be_given_back_is_said(stripe: Stripe, payment: Payment, wrong: dict[str, str], said: str) -> None:
    client = staff("finance")
    page = client.post(address(payment), fill(client, payment, **wrong), follow=True)
    assert said in page.content.decode()
    assert not Refund.objects.exists()


@pytest.mark.parametrize("wrong", [{"amount": "1.005"}, {"amount": "x"}, {"amount": "NaN"}, {"amount": "-1"}, {}])
def test_an_amount_that_is_none_is_asked_again(stripe: Stripe, payment: Payment, wrong: dict[str, str]) -> None:
    client = staff("finance")
    assert client.post(address(payment), fill(client, payment, **wrong)).status_code == 200
    assert not Refund.objects.exists()


def test_without_a_reason_nothing_is_given_back(payment: Payment) -> None:
    client = staff("finance")
    assert client.post(address(payment), fill(client, payment, amount="1", reason=" ")).status_code == 200
    assert not Refund.objects.exists()


def test_what_is_spent_needs_a_second_word(stripe: Stripe, payment: Payment) -> None:
    credits.hold(payment.user, 500, reference="job:1")
    credits.capture("job:1", 500)
    client = staff("finance")
    page = client.post(address(payment), fill(client, payment, amount="9"), follow=True).content.decode()
    assert "spent already" in page
    client.post(address(payment), fill(client, payment, amount="9", into_debt="on"))
    assert shop.wallet(payment.user) == (0, 0, 500)
    assert AuditEntry.objects.get(action="payment refunded").facts["into_debt"] is True


def test_an_alarm_is_settled_once_with_a_word(stripe: Stripe) -> None:
    raise_alarm("paid twice", "pi_1", amount=5)
    alarm, client = Alarm.objects.get(), staff("finance")
    for how in ("given back by hand", "again"):
        client.post(f"/admin/billing/alarm/{alarm.pk}/settle/", {"reason": how})
    alarm.refresh_from_db()
    assert alarm.resolution == "given back by hand"
    assert AuditEntry.objects.filter(action="alarm settled").count() == 1
    assert "pi_1" not in client.get("/admin/billing/alarm/", {"waiting": "yes"}).content.decode()


def test_an_event_that_waits_is_handled_by_hand(stripe: Stripe, alice: User) -> None:
    stripe.world.pay(stripe.session(stripe.buy(alice)))
    stripe.server.faults += [Fault("GET /v1", "before")] * 3
    told = next(one for one in stripe.post.waiting() if one["type"] == "checkout.session.completed")
    assert stripe.post.one(told) == 503
    event, client = Event.objects.get(), staff("finance")
    assert event.stripe_id in client.get("/admin/billing/event/", {"waiting": "yes"}).content.decode()
    client.get(f"/admin/billing/event/{event.pk}/again/")
    assert shop.wallet(alice) == (500, 0, 0)
