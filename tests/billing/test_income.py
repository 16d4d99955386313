"""What finance sees first: what hangs, and what each day brought."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing import credits, income, recount
from billing.models import Alarm, Dispute, Event, Hold, Order, Payment, Refund, Transfer, Wallet
from tests.billing import shop

pytestmark = pytest.mark.django_db


def paid(user: User, amount: int = 900, currency: str = "eur", days_ago: int = 0) -> Payment:
    order = Order.objects.create(
        user=user, kind="pack", pack=shop.pack(), title="500", credits=500, amount=amount, currency=currency,
        livemode=False, state="paid",
    )  # fmt: skip
    at = timezone.now() - timedelta(days=days_ago)
    payment = Payment.objects.create(
        stripe_id=f"pi_{order.pk}", order=order, user=user, amount=amount, currency=currency, credits=500, at=at
    )
    credits.grant(user, 500, reference=payment.reference, kind="purchase")
    return payment


@pytest.mark.usefixtures("midday")
def test_a_day_tells_money_by_currency_and_credits_by_what_became_of_them(alice: User, dana: User) -> None:
    for amount, currency in ((900, "eur"), (950, "eur"), (500, "jpy")):
        payment = paid(alice, amount, currency)
    Refund.objects.create(payment=payment, amount=200, state="succeeded")
    Refund.objects.create(payment=payment, amount=100, state="failed")
    credits.grant(alice, 50, reference="w", kind="welcome", expires_at=timezone.now())
    credits.expire_lots()
    credits.hold(alice, 30, reference="job")
    credits.capture("job", 20)
    credits.refund("job", 5, reason="sorry", key="a")
    credits.adjust(alice, -7, actor=dana, reason="a mistake", reference="x")
    today = income.by_day(14)[0]
    assert (today.received, today.returned) == (["€18.50", "¥500"], ["¥200"])
    assert (today.sold, today.given, today.used, today.expired) == (1500, 50 - 7, 15, 50)


@pytest.mark.usefixtures("midday")
def test_days_stand_apart_and_old_ones_are_left_out(alice: User) -> None:
    for days_ago in (0, 1, 13, 14):
        paid(alice, days_ago=days_ago)
    days = income.by_day(14)
    assert [len(day.received) for day in days] == [1, 1, *[0] * 11, 1]
    assert days[0].day == timezone.now().date()


def test_what_is_stuck_is_counted_and_nothing_is_good_news(alice: User) -> None:
    credits.grant(alice, 10, reference="pay", kind="purchase")
    long_ago = timezone.now() - timedelta(days=2)
    assert income.stuck() == []
    Alarm.objects.create(kind="x", subject="y")
    Alarm.objects.create(kind="x", subject="z", resolved_at=long_ago)
    Event.objects.create(stripe_id="evt_1", type="x", payload={}, received_at=long_ago)
    Event.objects.create(stripe_id="evt_2", type="x", payload={})
    credits.hold(alice, 5, reference="old", expires_at=long_ago)
    payment = paid(alice)
    Refund.objects.create(payment=payment, amount=1, created_at=long_ago)
    Dispute.objects.create(stripe_id="dp", payment=payment, amount=1, state="needs_response")
    assert [some.many for some in income.stuck()] == [1, 1, 1, 1, 1]
    Wallet.objects.update(available=0, debt=1)
    assert [some.place for some in income.stuck()][-1] == "wallet?owing=yes"


def test_more_movement_takes_no_more_queries(alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            income.by_day(14)
        return len(captured)

    paid(alice)
    before = queries()
    for _ in range(5):
        paid(alice)
    assert queries() == before <= 4


@pytest.mark.parametrize(("role", "status"), [("finance", 200), ("support", 403)])
def test_the_desk_shows_stuck_things_above_income_to_those_who_may(alice: User, role: str, status: int) -> None:
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    paid(alice)
    Alarm.objects.create(kind="x", subject="y")
    answer = client.get("/admin/billing/transfer/")
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert page.index("alarms that nobody settled") < page.index("€9.00") < page.index("payment:pi_")
        assert client.get("/admin/billing/alarm/?waiting=yes").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_nightly_recount_raises_an_alarm_of_each_fault_once(alice: User) -> None:
    credits.grant(alice, 10, reference="pay", kind="purchase")
    assert recount.recount() == 0
    Wallet.objects.update(available=11)
    assert recount.recount() == recount.recount() > 0
    assert Alarm.objects.filter(kind="the books are wrong").count() == len(recount.found())
    assert not Transfer.objects.exclude(reference="pay").exists()
    assert not Hold.objects.exists()
