"""Books are broken by hand, in every way that somebody could; the recount names each."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from billing import credits
from billing.invariants import broken

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = {
    "available raised": "UPDATE billing_wallet SET available = available + 1",
    "available lowered": "UPDATE billing_wallet SET available = available - 1",
    "held raised": "UPDATE billing_wallet SET held = held + 1",
    "frozen raised": "UPDATE billing_wallet SET frozen = frozen + 1",
    "debt invented": "UPDATE billing_wallet SET debt = debt + 1",
    "wallet removed": "DELETE FROM billing_wallet",
    "posting changed": "UPDATE billing_posting SET amount = amount + 1 WHERE account = 'available'",
    "house's posting changed": "UPDATE billing_posting SET amount = amount - 1 WHERE account = 'purchases'",
    "leg removed": "DELETE FROM billing_posting WHERE account = 'revenue'",
    "legs removed": "DELETE FROM billing_posting WHERE transfer_id = (SELECT min(id) FROM billing_transfer)",
    "posting added": "INSERT INTO billing_posting (transfer_id, account, user_id, amount) "
    "SELECT transfer_id, account, user_id, amount FROM billing_posting WHERE account = 'available' LIMIT 1",
    "granted twice": """
        WITH again AS (INSERT INTO billing_transfer (reference, kind, user_id, note, actor, at)
            SELECT reference || '-2', kind, user_id, note, actor, at FROM billing_transfer WHERE kind = 'purchase'
            RETURNING id, user_id)
        INSERT INTO billing_posting (transfer_id, account, user_id, amount)
            SELECT id, 'available', user_id, 100 FROM again UNION ALL SELECT id, 'purchases', NULL, -100 FROM again""",
    "hold opened again": "UPDATE billing_hold SET state = 'open', captured = 0, ended_at = NULL "
    "WHERE reference = 'done'",
    "hold closed by hand": "UPDATE billing_hold SET state = 'released', ended_at = now() WHERE state = 'open'",
    "hold grown": "UPDATE billing_hold SET amount = amount + 1 WHERE state = 'open'",
    "charged more by hand": "UPDATE billing_hold SET captured = captured + 1 WHERE reference = 'done'",
    "refunded by hand": "UPDATE billing_hold SET refunded = refunded + 1 WHERE reference = 'done'",
    "orphan hold": "INSERT INTO billing_hold (user_id, reference, title, tool, state, amount, captured, refunded, "
    "taken, created_at) SELECT user_id, 'orphan', '', '', 'open', 5, 0, 0, '[]', now() FROM billing_wallet",
    "lot emptied": "UPDATE billing_lot SET \"left\" = \"left\" - 1",
    "posting given to another": "UPDATE billing_posting SET user_id = (SELECT id FROM accounts_user "
    "WHERE email LIKE 'bob%') WHERE account = 'held'",
    "adjustment without a reason": "UPDATE billing_transfer SET note = '' WHERE kind = 'adjustment'",
    "trigger taken away": "DROP TRIGGER transfer_balanced ON billing_transfer",
    "debt not paid first": """
        WITH lent AS (INSERT INTO billing_transfer (reference, kind, user_id, note, actor, at)
            SELECT 'lent', 'promotion', user_id, '', '', now() FROM billing_wallet RETURNING id, user_id),
        shown AS (UPDATE billing_wallet SET debt = debt + 5)
        INSERT INTO billing_posting (transfer_id, account, user_id, amount)
            SELECT id, 'debt', user_id, -5 FROM lent UNION ALL SELECT id, 'revenue', NULL, 5 FROM lent""",
    "one leg more": """
        INSERT INTO billing_posting (transfer_id, account, user_id, amount)
        SELECT id, 'revenue', NULL, 1 FROM billing_transfer WHERE kind = 'purchase'""",
    "statement of another": """UPDATE billing_transfer SET user_id = (SELECT id FROM accounts_user
        WHERE email LIKE 'bob%') WHERE kind = 'purchase'""",
}  # fmt: skip


@pytest.fixture
def books(alice: User, bob: User, dana: User) -> User:
    credits.grant(alice, 100, reference="first", kind="purchase")
    credits.hold(alice, 10, reference="open")
    credits.hold(alice, 20, reference="done")
    credits.capture("done", 15)
    credits.refund("done", 5, actor=dana, reason="sorry", key="a")
    credits.adjust(alice, 3, actor=dana, reason="a gift", reference="gift")
    return alice


def tamper(statement: str) -> None:
    """As somebody would who owns the database: past every trigger and constraint."""
    checks = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(checks, [["wallet_%", "hold_%", "lot_%"]])
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def put_back(db: None) -> object:
    """What a test takes away from the database returns with it."""
    wanted = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'c' AND conname LIKE ANY(%s)"
    )
    trigger = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'transfer_balanced'"
    with connection.cursor() as cursor:
        cursor.execute(wanted, [["wallet_%", "hold_%", "lot_%"]])
        constraints = cursor.fetchall()
        cursor.execute(trigger)
        balanced = cursor.fetchone()[0]
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("posting", "lot", "transfer", "hold", "wallet"):
            cursor.execute(f"DELETE FROM billing_{table}")
        cursor.execute("SET session_replication_role = DEFAULT")
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("DROP TRIGGER IF EXISTS transfer_balanced ON billing_transfer")
        cursor.execute(balanced)


def test_healthy_books_pass(books: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("checkledger")
    assert "right" in capsys.readouterr().out


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named(books: User, put_back: object, fault: str) -> None:
    assert broken() == []
    tamper(FAULTS[fault])
    assert broken()


def test_the_command_fails_loudly(books: User, put_back: object, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(FAULTS["available raised"])
    with pytest.raises(CommandError):
        call_command("checkledger")
    assert "available" in capsys.readouterr().out
