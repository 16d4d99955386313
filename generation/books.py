"""What must be true of jobs and their holds: told to those who recount the books."""

from django.db import connection

from billing import invariants

CHECKS = {
    "job {} has ended and its hold is {}": """
        SELECT j.public_id, COALESCE(h.state, 'missing') FROM generation_job j
        LEFT JOIN billing_hold h ON h.reference = 'job:' || j.public_id
        WHERE j.status IN ('succeeded', 'failed', 'canceled') AND (h.id IS NULL OR h.state = 'open')""",
    "job {} is {} and its hold is {}": """
        SELECT j.public_id, j.status, COALESCE(h.state, 'missing') FROM generation_job j
        LEFT JOIN billing_hold h ON h.reference = 'job:' || j.public_id
        WHERE j.status IN ('queued', 'running') AND (h.id IS NULL OR h.state <> 'open')""",
    "hold {} is open and its job is not alive": """
        SELECT h.reference FROM billing_hold h
        LEFT JOIN generation_job j ON h.reference = 'job:' || j.public_id AND j.status IN ('queued', 'running')
        WHERE h.state = 'open' AND h.reference LIKE 'job:%' AND j.id IS NULL""",
    "job {} was charged {} and its hold {}": """
        SELECT j.public_id, j.charged, h.captured FROM generation_job j
        JOIN billing_hold h ON h.reference = 'job:' || j.public_id
        WHERE j.charged IS NOT NULL AND j.charged <> h.captured""",
}


def broken() -> list[str]:
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, query in CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(*row) for row in cursor.fetchall()]
    return found


invariants.MORE.append(broken)
