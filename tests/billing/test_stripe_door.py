"""What the door for events answers to whom, and that nothing wrong leaves a trace in the books."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe as package
from django.conf import settings
from django.core import mail

from accounts.models import User
from billing.invariants import broken
from billing.models import Alarm, Event, Order, Payment, Transfer
from billing.payments import signature
from tests.billing import shop
from tests.billing.conftest import Stripe, knock, knock_and_leave

pytestmark = pytest.mark.django_db


def secret() -> str:
    return str(settings.STRIPE_WEBHOOK_SECRETS[0])


def event(**more: Any) -> dict[str, Any]:
    return {"id": "evt_1", "type": "some.type", "livemode": False, "data": {"object": {"id": "x"}}} | more


def body(**more: Any) -> bytes:
    return json.dumps(event(**more)).encode()


def signed(raw: bytes, moment: int | None = None) -> int:
    return knock(raw, signature.sign(raw, secret(), moment))


def test_a_genuine_event_of_no_known_type_is_kept() -> None:
    assert signed(body()) == 200
    kept = Event.objects.get()
    assert (kept.type, kept.handled_at is not None) == ("some.type", True)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("missing", lambda raw: ""),
        ("wrong", lambda raw: signature.sign(raw, "whsec_of_somebody_else")),
        ("of another body", lambda raw: signature.sign(raw + b" ", secret())),
        ("stale", lambda raw: signature.sign(raw, secret(), int(time.time()) - 301)),
        ("from the future", lambda raw: signature.sign(raw, secret(), int(time.time()) + 3600)),
        ("oversized", lambda raw: signature.sign(raw, secret()) + ",v1=" + "0" * 5000),
        ("many of them", lambda raw: signature.sign(raw, secret()) + ",v1=00" * 1000),
        ("only of the old scheme", lambda raw: signature.sign(raw, secret()).replace("v1", "v0")),
        ("without a moment", lambda raw: "v1=" + "0" * 64),
        ("with a moment that is no number", lambda raw: "t=now,v1=" + "0" * 64),
        ("not of letters", lambda raw: "t=1,v1=\u00e9\u00e9"),
    ],
)  # fmt: skip
def test_a_signature_that_proves_nothing_is_refused(name: str, header: Any) -> None:
    raw = body()
    assert knock(raw, header(raw)) == 400, name
    assert not Event.objects.exists()


def test_stripes_own_check_lets_the_future_pass() -> None:
    """The twin: why the check is ours."""
    raw = json.dumps(event(object="event")).encode()
    header = signature.sign(raw, secret(), int(time.time()) + 3600)
    assert package.Webhook.construct_event(raw, header, secret())["id"] == "evt_1"


def test_a_secret_that_is_being_replaced_still_counts(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", secret()]
    raw = body()
    assert knock(raw, signature.sign(raw, "whsec_new")) == 200
    assert knock(raw, signature.sign(raw, settings.STRIPE_WEBHOOK_SECRETS[1])) == 200


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("not UTF-8", b'{"id": "\xff\xfe"}'),
        ("not JSON", b"{"),
        ("no object", b"[]"),
        ("a name twice", b'{"id":"evt_1","id":"evt_2","type":"x","data":{"object":{}}}'),
        ("a name twice, inside", body().replace(b'"object"', b'"object": {}, "object"')),
        ("NaN", body().replace(b'"x"', b"NaN")),
        ("infinity", body().replace(b'"x"', b"Infinity")),
        ("a hundred thousand deep", b'{"id":"evt_1","type":"x","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("a zero byte", body(id="evt\x00")),
        ("half a letter", b'{"id":"evt_1","type":"x","data":{"object":{"a":"\\ud800"}}}'),
        ("an id that is a number", body(id=7)),
        ("an id without end", body(id="e" * 300)),
        ("no data", json.dumps({"id": "evt_1", "type": "x"}).encode()),
    ],
)  # fmt: skip
def test_a_body_that_is_no_event_is_refused(name: str, raw: bytes) -> None:
    assert signed(raw) == 400, name
    assert not Event.objects.exists()


def test_a_body_without_measure_is_refused() -> None:
    assert signed(body(data={"object": {"a": "x" * 600_000}})) == 413
    assert not Event.objects.exists()


def test_unread_json_would_take_what_we_refuse() -> None:
    """The twin: Python's own reader takes the last of two names and calls NaN a number."""
    assert json.loads('{"id": 1, "id": 2}') == {"id": 2}
    assert json.loads("NaN") != 0


@pytest.mark.django_db(transaction=True)
def test_the_same_event_twenty_times_at_once_is_one_grant(stripe: Stripe, alice: User) -> None:
    stripe.world.pay(stripe.session(stripe.buy(alice)))
    told = next(one for one in stripe.post.waiting() if one["type"] == "checkout.session.completed")
    stripe.post.send = knock_and_leave
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _number: stripe.post.one(told), range(20)))
    assert set(answers) == {200}
    assert (shop.wallet(alice), Transfer.objects.count(), Event.objects.count()) == ((500, 0, 0), 1, 1)
    assert len(mail.outbox) == 1
    assert broken() == []


def test_an_unpaid_checkout_grants_nothing(stripe: Stripe, alice: User) -> None:
    stripe.world.pay(stripe.session(stripe.buy(alice)), slow=True)
    assert stripe.post.deliver() == [200]
    assert (shop.wallet(alice), Order.objects.get().state) == ((0, 0, 0), Order.State.OPEN)
    stripe.world.bounce(stripe.session(Order.objects.get()))
    assert stripe.post.deliver() == [200]
    assert (shop.wallet(alice), Order.objects.get().state) == ((0, 0, 0), Order.State.FAILED)


WRONG: dict[str, Any] = {
    "amount": {"amount_subtotal": 1},
    "total": {"amount_total": 1},
    "currency": {"currency": "jpy"},
    "livemode": {"livemode": True},
    "session": {"id": "cs_test_another"},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_was_not_ordered_raises_an_alarm_and_grants_nothing(stripe: Stripe, alice: User, what: str) -> None:
    session = stripe.session(stripe.buy(alice))
    stripe.world.pay(session)
    session |= WRONG[what]
    stripe.store.things[session["id"]] = session
    for told in stripe.store.of("event", type="checkout.session.completed"):
        told["data"]["object"] = {"id": session["id"]}
    assert set(stripe.post.deliver(copies=2)) == {200}
    assert (shop.wallet(alice), Payment.objects.count()) == ((0, 0, 0), 0)
    alarm = Alarm.objects.get()
    assert (alarm.kind, what in alarm.facts) == ("not as ordered", True)


def test_money_that_is_less_than_asked_raises_an_alarm(stripe: Stripe, alice: User) -> None:
    stripe.world.pay(stripe.session(stripe.buy(alice)), received=1)
    stripe.post.deliver()
    assert (shop.wallet(alice), Alarm.objects.get().facts["received"]) == ((0, 0, 0), "1 instead of 900")


def test_without_the_comparison_a_cent_buys_everything(stripe: Stripe, alice: User, monkeypatch: Any) -> None:
    """The twin."""
    monkeypatch.setattr("billing.payments.fulfilment.wrong_with", lambda order, **found: {})
    stripe.world.pay(stripe.session(stripe.buy(alice)), received=1)
    stripe.post.deliver()
    assert shop.wallet(alice) == (500, 0, 0)


def test_an_event_of_real_money_is_an_alarm_where_there_is_none(stripe: Stripe, alice: User) -> None:
    stripe.world.pay(stripe.session(stripe.buy(alice)))
    told = stripe.post.waiting()
    for one in told:
        one["livemode"] = True
    stripe.post.deliver(told)
    assert shop.wallet(alice) == (0, 0, 0)
    assert {alarm.kind for alarm in Alarm.objects.all()} == {"event of another mode"}


def test_money_for_nothing_that_we_know_is_an_alarm(stripe: Stripe) -> None:
    session = stripe.store.keep(
        "checkout.session", mode="payment", status="complete", payment_status="paid", metadata={}, payment_intent=None
    )
    stripe.store.tell("checkout.session.completed", session)
    assert stripe.post.deliver() == [200]
    assert Alarm.objects.get().kind == "not ordered here"


def test_a_second_payment_of_one_order_is_an_alarm(stripe: Stripe, alice: User) -> None:
    payment = stripe.bought(alice)
    session = stripe.session(payment.order)
    twice = stripe.world.intent(900, "eur", session["customer"], session["marks"])
    stripe.world.succeed(twice)
    session["payment_intent"] = twice["id"]
    stripe.store.tell("checkout.session.completed", session)
    stripe.post.deliver()
    assert (shop.wallet(alice), Alarm.objects.get().kind) == ((500, 0, 0), "paid twice")
