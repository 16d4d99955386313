"""What must be true between money and credits: told to those who recount the books."""

from django.db import connection

from billing import invariants

# What the books say of a payment's refunds and disputes, by the names under which they were entered.
CHECKS = {
    "payment {} of {} credits was granted {}": """
        SELECT y.stripe_id, y.credits, COALESCE(-sum(p.amount), 0) FROM billing_payment y
        LEFT JOIN billing_transfer t ON t.reference = 'payment:' || y.stripe_id AND t.user_id = y.user_id
            AND t.kind IN ('purchase', 'subscription')
        LEFT JOIN billing_posting p ON p.transfer_id = t.id AND p.account = 'purchases'
        GROUP BY y.id HAVING y.credits <> COALESCE(-sum(p.amount), 0)""",
    "{} was granted without a payment": """
        SELECT t.reference FROM billing_transfer t
        LEFT JOIN billing_payment y ON t.reference = 'payment:' || y.stripe_id
        WHERE t.reference LIKE 'payment:%' AND y.id IS NULL""",
    "order {} is {} and has {} payments": """
        SELECT o.public_id, o.state, count(y.id) FROM billing_order o LEFT JOIN billing_payment y ON y.order_id = o.id
        GROUP BY o.id HAVING (o.state = 'paid') <> (count(y.id) > 0) OR (o.kind <> 'plan' AND count(y.id) > 1)""",
    "payment {} is not as its order {}": """
        SELECT y.stripe_id, o.public_id FROM billing_payment y JOIN billing_order o ON o.id = y.order_id
        WHERE (y.user_id, y.currency, y.credits) <> (o.user_id, o.currency, o.credits)""",
    "of payment {} over {} go back {}": """
        SELECT y.stripe_id, y.amount, sum(r.amount) FROM billing_payment y
        JOIN billing_refund r ON r.payment_id = y.id AND r.state <> 'failed'
        GROUP BY y.id HAVING sum(r.amount) > y.amount""",
    "refunds of payment {} took back {} credits instead of {}": """
        SELECT stripe_id, taken, due FROM (
            SELECT y.stripe_id, sum(r.credits) AS taken, LEAST(y.credits, COALESCE(
                sum(r.amount) FILTER (WHERE r.state <> 'failed'), 0) * y.credits / NULLIF(y.amount, 0)) AS due
            FROM billing_payment y JOIN billing_refund r ON r.payment_id = y.id GROUP BY y.id) found
        WHERE taken <> due""",
    "refund {} says {} credits, the books {}": """
        SELECT r.public_id, r.credits, COALESCE(sum(p.amount), 0) FROM billing_refund r
        LEFT JOIN billing_transfer t
            ON t.reference IN ('refund:' || r.public_id, 'refund:' || r.public_id || ':back')
        LEFT JOIN billing_posting p ON p.transfer_id = t.id AND p.account = 'purchases'
        GROUP BY r.id HAVING r.credits <> COALESCE(sum(p.amount), 0)""",
    "{} took credits back without a refund": """
        SELECT t.reference FROM billing_transfer t
        LEFT JOIN billing_refund r ON t.reference IN ('refund:' || r.public_id, 'refund:' || r.public_id || ':back')
        WHERE t.reference LIKE 'refund:%' AND r.id IS NULL""",
    "dispute {} is {} and the books froze {} of {} and ended with {}": """
        SELECT d.stripe_id, d.state, COALESCE(p.amount, 0), d.credits, COALESCE(e.kind, 'nothing')
        FROM billing_dispute d
        LEFT JOIN billing_transfer o ON o.reference = 'dispute:dispute:' || d.stripe_id || ':open'
        LEFT JOIN billing_posting p ON p.transfer_id = o.id AND p.account = 'frozen'
        LEFT JOIN billing_transfer e ON e.reference = 'dispute:dispute:' || d.stripe_id || ':end'
        WHERE d.credits > 0 AND (
            (o.id IS NOT NULL AND p.amount IS DISTINCT FROM d.credits)
            OR (o.id IS NULL AND d.state NOT LIKE 'warning%' AND d.state <> 'prevented')
            OR (d.state = 'won' AND e.kind IS DISTINCT FROM 'dispute won')
            OR (d.state = 'lost' AND e.kind IS DISTINCT FROM 'dispute lost'))""",
    "{} froze credits without a dispute": """
        SELECT t.reference FROM billing_transfer t
        LEFT JOIN billing_dispute d ON t.reference LIKE 'dispute:dispute:' || d.stripe_id || ':%'
        WHERE t.reference LIKE 'dispute:dispute:%' AND d.id IS NULL""",
}


def broken() -> list[str]:
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, query in CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found


invariants.MORE.append(broken)
