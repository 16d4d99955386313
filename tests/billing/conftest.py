"""The shop before a Stripe of our own: the real package, our door for events, real PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe as package
import time_machine
from django.conf import settings as configured
from django.db import connections
from django.test import Client

from accounts.models import User
from billing.models import Order, Payment, Plan
from billing.payments import checkout, contract
from tests.billing import shop
from tests.billing.double import Post, Server, Store, World
from tests.billing.double.server import KEY
from tests.billing.double.store import Thing

SITE = "https://klikyai.example"


@dataclass
class Stripe:
    server: Server
    post: Post

    @property
    def world(self) -> World:
        return self.server.world

    @property
    def store(self) -> Store:
        return self.server.store

    def session(self, order: Order) -> Thing:
        return self.store.get("checkout.session", str(order.session))

    def buy(self, user: User, key: str | None = None) -> Order:
        """As far as the page where it is paid."""
        return checkout.buy_pack(user, shop.pack().slug, site=SITE, key=key)

    def bought(self, user: User) -> Payment:
        """Paid, told, granted."""
        order = self.buy(user)
        self.world.pay(self.session(order))
        assert set(self.post.deliver()) == {200}
        return order.payments.get()

    def subscribed(self, user: User, slug: str = "pro", **more: Any) -> Thing:
        plan(slug, **more)
        order = checkout.subscribe(user, slug, site=SITE)
        name = self.world.pay(self.session(order))["subscription"]
        assert set(self.post.deliver()) == {200}
        return self.store.get("subscription", name)


def plan(slug: str = "pro", monthly: int = 1000, amount: int = 1900, **more: Any) -> Plan:
    fields = {"title": slug.capitalize(), "monthly": monthly, "amount": amount, "currency": "eur"} | more
    return Plan.objects.update_or_create(slug=slug, defaults=fields)[0]


def knock(body: bytes, signature: str) -> int:
    """At the door as Stripe does, from a thread that leaves no connection behind."""
    client = Client(raise_request_exception=False)
    answer = client.post(
        "/webhooks/stripe/", body, content_type="application/json", headers={"stripe-signature": signature}
    )
    return answer.status_code


def knock_and_leave(body: bytes, signature: str) -> int:
    try:
        return knock(body, signature)
    finally:
        connections.close_all()


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[Server]:
    store = Store()
    server = Server(store, World(store))
    yield server
    server.close()


@pytest.fixture
def stripe(stripe_server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    stripe_server.forget()
    settings.PAYMENTS_GATEWAY = "billing.payments.gateway.Stripe"
    settings.STRIPE_KEY, settings.STRIPE_API = KEY, stripe_server.url
    # Between its tries the package waits half a second; what is tried here is that it tries.
    monkeypatch.setattr(package.HTTPClient, "INITIAL_DELAY", 0.01)
    contract._made.cache_clear()
    yield Stripe(stripe_server, Post(stripe_server.store, configured.STRIPE_WEBHOOK_SECRETS[0], knock))
    contract._made.cache_clear()


@pytest.fixture
def pro(stripe: Stripe, alice: User) -> Thing:
    plan("studio", monthly=3000, amount=4900)
    plan("small", monthly=300, amount=700)
    return stripe.subscribed(alice)


@pytest.fixture
def midday() -> Iterator[None]:
    """The clock goes on, and no day and no month ends between two looks at it."""
    with time_machine.travel(datetime.now(UTC).replace(day=3, hour=12)):
        yield
