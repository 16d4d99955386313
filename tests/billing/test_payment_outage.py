"""The database dies while Stripe tells of a payment: Stripe is told so, tells again, and the grant is one."""

from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from accounts.models import User
from billing.invariants import broken
from billing.models import Event, Transfer
from billing.payments import events
from tests.billing import shop
from tests.billing.conftest import Stripe, knock_and_leave

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(stripe: Stripe, alice: User) -> Stripe:
    """Paid, and about to be told."""
    stripe.world.pay(stripe.session(stripe.buy(alice)))
    stripe.post.send = knock_and_leave
    return stripe


def leave() -> None:
    """No connection is kept, not even in the pool."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]


def test_a_dead_database_is_an_answer_and_then_one_grant(waiting: Stripe, alice: User, monkeypatch: Any) -> None:
    with monkeypatch.context() as dead:
        leave()
        dead.setitem(connection.settings_dict, "PORT", "1")
        answers = waiting.post.deliver()
        leave()
    assert {answer // 100 for answer in answers} == {5}
    assert not Event.objects.exists()
    assert set(waiting.post.deliver(copies=2)) == {200}
    assert (shop.wallet(alice), Transfer.objects.count(), broken()) == ((500, 0, 0), 1, [])


def kill_sessions_at(waiting: Stripe, call: str) -> list[str]:
    """When Stripe is asked for the object, every session of ours at PostgreSQL is ended."""
    at, killed = connection.settings_dict, []
    where = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}

    def listens(heard: str) -> None:
        if call in heard and not killed:
            with psycopg.connect(dbname="postgres", **where, autocommit=True) as other:  # type: ignore[arg-type]
                other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [at["NAME"]])
            killed.append(heard)

    waiting.server.listens = listens
    return killed


def test_a_database_that_dies_while_it_is_handled_is_mended_by_the_retry(waiting: Stripe, alice: User) -> None:
    killed = kill_sessions_at(waiting, "GET /v1/payment_intents")
    told = next(one for one in waiting.post.waiting() if one["type"] == "checkout.session.completed")
    assert waiting.post.one(told) // 100 == 5
    connections.close_all()
    assert killed
    assert Event.objects.get().handled_at is None
    assert Transfer.objects.count() == 0
    assert set(waiting.post.deliver(copies=2)) == {200}
    assert (shop.wallet(alice), Transfer.objects.count(), broken()) == ((500, 0, 0), 1, [])


def test_an_event_marked_before_it_is_handled_is_never_handled(waiting: Stripe, alice: User, monkeypatch: Any) -> None:
    """The twin: the mark first, the work afterwards, and the retry finds nothing to do."""
    real = events._handle

    def marked_first(event: Event) -> None:
        Event.objects.filter(pk=event.pk).update(handled_at=event.received_at)
        real(event)

    monkeypatch.setattr(events, "_handle", marked_first)
    kill_sessions_at(waiting, "GET /v1/payment_intents")
    told = next(one for one in waiting.post.waiting() if one["type"] == "checkout.session.completed")
    waiting.post.one(told)
    connections.close_all()
    waiting.post.deliver([told], copies=2)
    assert shop.wallet(alice) == (0, 0, 0)
