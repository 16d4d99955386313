"""An opinion that is not ours: localstripe's cards, intents, refunds and signatures at our gateway and door."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as configured
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from billing.errors import PaymentRefused
from billing.invariants import broken
from billing.models import Event, Order, Payment, Refund
from billing.payments import checkout, contract, refunds
from billing.payments.contract import gateway
from billing.payments.gateway import Stripe
from billing.payments.refunds import Click
from klikyai.services.process import free_port
from tests.billing import shop
from tests.generation.processes import end, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
KEY = "sk_test_12345"
# It would keep everything in one file of /tmp, whoever else may use that.
START = """
from localstripe import resources, server
type(resources.store).dump_to_disk = lambda self: None
server.start()
"""


def can_listen() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        return probe.connect_ex(("::1", 9)) != 99 if socket.has_ipv6 else False


@pytest.fixture
def localstripe(tmp_path: Path, settings: Any, live_server: LiveServer) -> Iterator[str]:
    """Its events go to the door of a house that really listens."""
    url = f"http://localhost:{(port := free_port())}"
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-c", START, "--port", str(port), "--from-scratch"]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True)
    until(lambda: answers(url), "localstripe listens")
    settings.PAYMENTS_GATEWAY = "billing.payments.gateway.Stripe"
    settings.STRIPE_KEY, settings.STRIPE_API = KEY, url
    door = {"url": f"{live_server.url}/webhooks/stripe/", "secret": configured.STRIPE_WEBHOOK_SECRETS[0]}
    requests.post(f"{url}/_config/webhooks/ours", json=door, timeout=10).raise_for_status()
    contract._made.cache_clear()
    yield url
    contract._made.cache_clear()
    end(process)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/v1/events", auth=(KEY, ""), timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def tell(url: str, path: str, **form: Any) -> dict[str, Any]:
    answer = requests.post(f"{url}/v1/{path}", data=form, auth=(KEY, ""), timeout=10)
    answer.raise_for_status()
    return dict(answer.json())


def charged(url: str, order: Order) -> str:
    """A card of theirs, an intent of theirs, with our order's name on it."""
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    method = tell(url, "payment_methods", type="card", **{f"card[{name}]": value for name, value in card.items()})["id"]
    customer = checkout.customer_of(order.user)
    tell(url, f"payment_methods/{method}/attach", customer=customer)
    form = {"amount": order.amount, "currency": order.currency, "customer": customer, "payment_method": method}
    intent = tell(url, "payment_intents", **form, **{"metadata[order]": str(order.public_id)})["id"]
    tell(url, f"payment_intents/{intent}/confirm")
    return str(intent)


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one field that it leaves out is read from its charge."""
    real = Stripe.fetch

    def fetch(self: Stripe, kind: str, name: str) -> Any:
        thing = real(self, kind, name)
        if kind == "payment_intent":
            thing["amount_received"] = thing["latest_charge"]["amount"]
        return thing

    monkeypatch.setattr(Stripe, "fetch", fetch)


@pytest.mark.skipif(not can_listen(), reason="localstripe listens on IPv6 alone")
def test_another_stripe_is_understood_from_the_charge_to_the_refund(
    localstripe: str, received: None, alice: User, dana: User
) -> None:
    order = checkout.order_for(alice, shop.pack(), kind=Order.Kind.TOP_UP)
    name = charged(localstripe, order)
    until(lambda: Payment.objects.filter(stripe_id=name).exists(), "their signed event is believed and handled")
    assert (shop.wallet(alice), Event.objects.get(type="payment_intent.succeeded").tries) == ((500, 0, 0), 1)
    refunds.refund(Payment.objects.get(), Click(450, 1, "blurred"), actor=dana)
    assert (Refund.objects.get().state, shop.wallet(alice)) == ("succeeded", (250, 0, 0))
    assert [one["amount"] for one in gateway().listing("refund", payment_intent=name)] == [450]
    with pytest.raises(PaymentRefused):
        gateway().fetch("payment_intent", "pi_nobody")
    assert broken() == []
