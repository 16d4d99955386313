import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.models import User
from billing import credits
from billing.models import Hold, Posting, Transfer, Wallet
from tests.billing.giving import give

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [Transfer, Posting])
def test_the_database_refuses_to_change_the_books(alice: User, model: type, statement: str) -> None:
    give(alice, 10)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


def crooked(user: User) -> None:
    transfer = Transfer.objects.create(reference="bad", kind="purchase", user=user)
    Posting.objects.create(transfer=transfer, account="available", user=user, amount=5)
    Posting.objects.create(transfer=transfer, account="revenue", amount=-4)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_legs_that_do_not_sum_up(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        crooked(alice)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_hold SET state = 'open', captured = 0, ended_at = NULL",
        "UPDATE billing_hold SET captured = captured - 1",
        "UPDATE billing_hold SET amount = amount + 1",
        "UPDATE billing_hold SET refunded = 0",
        "DELETE FROM billing_hold",
    ],
)
def test_the_database_refuses_to_end_a_hold_otherwise(alice: User, statement: str) -> None:
    give(alice, 100)
    credits.hold(alice, 30, reference="done")
    credits.capture("done", 20)
    credits.refund("done", 5, reason="sorry", key="a")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    Hold.objects.update(title="", api_key=None)


def test_the_database_refuses_legs_that_come_later(alice: User) -> None:
    transfer = give(alice, 100)
    later = [("available", alice, 5), ("revenue", None, -5)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.bulk_create(Posting(transfer=transfer, account=a, user=u, amount=n) for a, u, n in later)


def test_the_database_refuses_to_spend_beside_a_debt(alice: User) -> None:
    give(alice, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.update(debt=5)


def test_the_database_refuses_a_balance_below_nothing(alice: User) -> None:
    give(alice, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.update(available=-1)
