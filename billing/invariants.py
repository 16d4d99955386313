"""What must be true of the books. Used by tests, by `checkledger` and by upkeep; each answers what is broken."""

from collections.abc import Callable

from django.db import connection

CHECKS: dict[str, str] = {
    "legs of transfer {} sum to {}": """
        SELECT t.reference, COALESCE(sum(p.amount), 0) FROM billing_transfer t
        LEFT JOIN billing_posting p ON p.transfer_id = t.id
        GROUP BY t.id HAVING COALESCE(sum(p.amount), 0) <> 0 OR count(p.id) < 2""",
    "wallet of user {} says {} available, postings say {}": """
        SELECT w.user_id, w.available, COALESCE(sum(p.amount) FILTER (WHERE p.account = 'available'), 0)
        FROM billing_wallet w LEFT JOIN billing_posting p ON p.user_id = w.user_id
        GROUP BY w.id HAVING w.available <> COALESCE(sum(p.amount) FILTER (WHERE p.account = 'available'), 0)""",
    "wallet of user {} says {} held, postings say {}": """
        SELECT w.user_id, w.held, COALESCE(sum(p.amount) FILTER (WHERE p.account = 'held'), 0)
        FROM billing_wallet w LEFT JOIN billing_posting p ON p.user_id = w.user_id
        GROUP BY w.id HAVING w.held <> COALESCE(sum(p.amount) FILTER (WHERE p.account = 'held'), 0)""",
    "wallet of user {} says {} frozen, postings say {}": """
        SELECT w.user_id, w.frozen, COALESCE(sum(p.amount) FILTER (WHERE p.account = 'frozen'), 0)
        FROM billing_wallet w LEFT JOIN billing_posting p ON p.user_id = w.user_id
        GROUP BY w.id HAVING w.frozen <> COALESCE(sum(p.amount) FILTER (WHERE p.account = 'frozen'), 0)""",
    "wallet of user {} says {} owed, postings say {}": """
        SELECT w.user_id, w.debt, -COALESCE(sum(p.amount) FILTER (WHERE p.account = 'debt'), 0)
        FROM billing_wallet w LEFT JOIN billing_posting p ON p.user_id = w.user_id
        GROUP BY w.id HAVING w.debt <> -COALESCE(sum(p.amount) FILTER (WHERE p.account = 'debt'), 0)""",
    "user {} has postings and no wallet": """
        SELECT DISTINCT p.user_id FROM billing_posting p LEFT JOIN billing_wallet w ON w.user_id = p.user_id
        WHERE p.user_id IS NOT NULL AND w.id IS NULL""",
    "a leg of {} belongs to user {} and the transfer to user {}": """
        SELECT t.reference, p.user_id, t.user_id FROM billing_posting p JOIN billing_transfer t ON t.id = p.transfer_id
        WHERE p.user_id IS NOT NULL AND p.user_id <> t.user_id""",
    "user {} has {} held and open holds of {}": """
        SELECT w.user_id, w.held, COALESCE(sum(h.amount), 0) FROM billing_wallet w
        LEFT JOIN billing_hold h ON h.user_id = w.user_id AND h.state = 'open'
        GROUP BY w.id HAVING w.held <> COALESCE(sum(h.amount), 0)""",
    "user {} has {} available and lots of {}": """
        SELECT w.user_id, w.available, COALESCE(sum(l.left), 0) FROM billing_wallet w
        LEFT JOIN billing_lot l ON l.user_id = w.user_id
        GROUP BY w.id HAVING w.available <> COALESCE(sum(l.left), 0)""",
    "hold {} of {} credits was set aside {} times for {}": """
        SELECT h.reference, h.amount, count(t.id), COALESCE(sum(p.amount), 0) FROM billing_hold h
        LEFT JOIN billing_transfer t ON t.hold_id = h.id AND t.kind = 'hold'
        LEFT JOIN billing_posting p ON p.transfer_id = t.id AND p.account = 'held'
        GROUP BY h.id HAVING COALESCE(sum(p.amount), 0) <> h.amount OR count(t.id) > 1""",
    "hold {} is {} and was ended {} times": """
        SELECT h.reference, h.state, count(t.id) FROM billing_hold h
        LEFT JOIN billing_transfer t ON t.hold_id = h.id AND t.kind IN ('use', 'release')
        WHERE h.amount > 0 GROUP BY h.id HAVING count(t.id) <> CASE WHEN h.state = 'open' THEN 0 ELSE 1 END""",
    "hold {} says {} charged, postings say {}": """
        SELECT h.reference, h.captured, COALESCE(sum(p.amount), 0) FROM billing_hold h
        LEFT JOIN billing_transfer t ON t.hold_id = h.id AND t.kind = 'use'
        LEFT JOIN billing_posting p ON p.transfer_id = t.id AND p.account = 'revenue'
        GROUP BY h.id HAVING h.captured <> COALESCE(sum(p.amount), 0)""",
    "hold {} says {} refunded, postings say {}": """
        SELECT h.reference, h.refunded, -COALESCE(sum(p.amount), 0) FROM billing_hold h
        LEFT JOIN billing_transfer t ON t.hold_id = h.id AND t.kind = 'refund'
        LEFT JOIN billing_posting p ON p.transfer_id = t.id AND p.account = 'revenue'
        GROUP BY h.id HAVING h.refunded <> -COALESCE(sum(p.amount), 0)""",
    "user {} owes {} and has {} to spend": """
        SELECT user_id, debt, available FROM billing_wallet WHERE debt > 0 AND available > 0""",
    "adjustment {} has no actor or no reason": """
        SELECT reference FROM billing_transfer WHERE kind = 'adjustment' AND (actor = '' OR note = '')""",
    "the trigger {} is gone": """
        SELECT wanted FROM unnest(ARRAY[
            'transfer_append_only', 'posting_append_only', 'transfer_balanced', 'posting_together', 'hold_stays',
            'hold_ended_for_good']) wanted
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = wanted AND tgenabled <> 'D')""",
}

MORE: list[Callable[[], list[str]]] = []  # what those above billing know: a job and its hold


def broken() -> list[str]:
    found: list[str] = []
    for sentence, query in CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    for check in MORE:
        found += check()
    return found
