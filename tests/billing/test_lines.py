"""Every credit is explained: what a person reads, and what they download, ends in what they have."""

import csv
import random
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from billing import credits, lines, overview, statement
from billing.invariants import broken
from billing.models import Hold, Lot, Wallet

pytestmark = pytest.mark.django_db


def told(user: User) -> list[tuple[str, list[str], int]]:
    rows = lines.told(lines.of(user).order_by("pk"))
    return [(line.title, line.words, line.change) for line in rows]


def test_a_job_is_one_line_from_held_to_refunded(alice: User, dana: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase", note="500 credits")
    credits.hold(alice, 30, reference="job", title="Image · “red boat”")
    assert told(alice)[1] == ("Image · “red boat”", ["30 held, being made"], -30)
    credits.capture("job", 20)
    assert told(alice)[1] == ("Image · “red boat”", ["30 held, 20 charged, 10 given back"], -20)
    credits.refund("job", 5, actor=dana, reason="it was blurred", key="a")
    assert told(alice) == [
        ("Bought", ["500 credits"], 100),
        ("Image · “red boat”", ["30 held, 20 charged, 10 given back, 5 refunded", "it was blurred"], -15),
    ]


def test_what_came_to_nothing_costs_nothing(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="a", title="A")
    credits.release("a")
    credits.hold(alice, 30, reference="b", expires_at=timezone.now())
    credits.expire_holds()
    assert told(alice)[1:] == [
        ("A", ["30 held, all given back"], 0),
        ("A job", ["30 held, given back because it waited too long"], 0),
    ]


def test_a_debt_is_explained_where_it_began_and_where_it_was_paid(alice: User) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 90, reference="job", title="A")
    credits.capture("job", 90)
    credits.take_back(alice, 100, reference="re", kind="paid back", note="by your bank")
    credits.grant(alice, 100, reference="again", kind="purchase")
    assert told(alice)[2:] == [
        ("Taken back with its payment", ["by your bank", "90 of them were spent already and are owed"], -100),
        ("Bought", ["90 of them paid what was owed"], 100),
    ]


def test_what_will_expire_says_when(alice: User) -> None:
    soon, later = timezone.now() + timedelta(days=2), timezone.now() + timedelta(days=9)
    credits.grant(alice, 50, reference="a", kind="welcome", expires_at=soon)
    credits.grant(alice, 10, reference="b", kind="coupon", expires_at=soon)
    credits.grant(alice, 5, reference="c", kind="subscription", expires_at=later)
    credits.grant(alice, 100, reference="d", kind="purchase")
    credits.hold(alice, 20, reference="job")
    assert [(some.credits, some.at) for some in overview.expiring(alice)] == [(40, soon), (5, later)]
    first = lines.told(lines.of(alice).order_by("pk"))[0]
    assert (first.left, first.expires_at) == (30, soon)


def moved(user: User, dana: User, number: int, chance: random.Random) -> None:
    """One move of any kind; what is refused is no move."""
    amount, name = chance.randint(1, 60), f"job{chance.randint(0, number // 3)}"
    acts = [
        lambda: credits.grant(user, amount, reference=f"g{number}", kind=chance.choice(["purchase", "coupon"])),
        lambda: credits.grant(
            user, amount, reference=f"m{number}", kind="subscription", expires_at=timezone.now() + timedelta(days=1)
        ),
        lambda: credits.hold(user, amount, reference=name, title=name),
        lambda: credits.hold(user, amount, reference=name, title=name),
        lambda: credits.capture(name, amount // 2),
        lambda: credits.release(name),
        lambda: credits.refund(name, amount // 4 + 1, actor=dana, reason="sorry", key=f"r{number}"),
        lambda: credits.adjust(user, chance.choice([-amount, amount]), actor=dana, reason="x", reference=f"a{number}"),
        lambda: credits.take_back(user, amount, reference=f"t{number}", kind="paid back"),
        lambda: credits.dispute_open(user, amount, reference=f"d{number // 20}"),
        lambda: (credits.dispute_won if amount % 2 else credits.dispute_lost)(f"d{number // 20}"),
    ]
    chance.choice(acts)()


def play(user: User, dana: User, moves: int) -> None:
    chance = random.Random(20261121)
    for number in range(moves):
        try:
            moved(user, dana, number, chance)
        except (Refused, Hold.DoesNotExist):
            continue
        if number % 50 == 49:
            Lot.objects.filter(expires_at__isnull=False, pk__lt=chance.randint(1, 10**9)).update(
                expires_at=timezone.now()
            )
            credits.expire_lots()


def test_both_statements_follow_the_ledger_line_by_line(alice: User, dana: User) -> None:
    play(alice, dana, 1000)
    wallet = Wallet.objects.get(user=alice)
    rows = list(csv.reader(StringIO("".join(statement.as_csv(alice)))))[1:]
    running = 0
    for row in rows:
        running += int(row[4])
        assert int(row[5]) == running == balance_after(alice, row[6])
        assert running >= 0
    assert running == wallet.available
    assert len(rows) > 400
    explained = sum(change for _title, _words, change in told(alice))
    assert explained == wallet.available - wallet.debt
    assert broken() == []


def balance_after(user: User, reference: str) -> int:
    """Of the postings themselves, up to this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(amount), 0) FROM billing_posting WHERE user_id = %s AND account = 'available' "
            "AND transfer_id <= (SELECT id FROM billing_transfer WHERE reference = %s)",
            [user.pk, reference.removeprefix("'")],
        )
        return int(cursor.fetchone()[0])


def test_a_longer_page_takes_no_more_queries(alice: User, client: Client) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def more(begin: int, end: int) -> None:
        for number in range(begin, end):
            credits.grant(alice, 5, reference=f"g{number}", kind="coupon", expires_at=timezone.now() + timedelta(9))
            credits.hold(alice, 2, reference=f"h{number}", title="A", tool=f"tool{number}")
            credits.capture(f"h{number}", 2)
            credits.refund(f"h{number}", 1, reason="sorry", key="a")

    more(0, 2)
    queries("/wallet/")
    before = [queries(address) for address in ("/wallet/", "/wallet/statement/")]
    more(2, 25)
    assert [queries(address) for address in ("/wallet/", "/wallet/statement/")] == before


def test_a_whole_statement_is_read_page_by_page(alice: User, client: Client) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    for number in range(60):
        credits.grant(alice, 1, reference=f"g{number}", kind="coupon", note=f"number {number:02}.")
    first = client.get("/wallet/statement/")
    older = first.context["pagination"]["next"]
    second = client.get("/wallet/statement/", {"cursor": older})
    assert "number 59." in first.content.decode()
    assert "number 00." in second.content.decode()
    assert client.get("/wallet/statement/", {"cursor": "nonsense"}).status_code == 302
