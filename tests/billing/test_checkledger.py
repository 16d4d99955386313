"""Books are broken by hand, in every way that somebody could; the recount names each."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Wallet
from tests.billing.tampering import tamper

pytestmark = pytest.mark.django_db

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


@pytest.mark.django_db(transaction=True)
def test_healthy_books_pass(books: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("checkledger")
    assert "right" in capsys.readouterr().out


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named(books: User, fault: str) -> None:
    assert broken() == []
    tamper(FAULTS[fault])
    assert broken()


@pytest.mark.django_db(transaction=True)
def test_the_command_fails_loudly(books: User, capsys: pytest.CaptureFixture[str]) -> None:
    Wallet.objects.update(available=F("available") + 1)
    with pytest.raises(CommandError):
        call_command("checkledger")
    assert "available" in capsys.readouterr().out
