"""What was forecast, held against what came of it."""

from typing import Any

from django.db import connection

KEPT = """
WITH lately AS (
    SELECT tool, model, promised, promised_at_most, EXTRACT(epoch FROM finished_at - created_at)::float AS took
    FROM generation_job WHERE status = 'succeeded' AND promised > 0 AND finished_at > now() - interval '7 days'
    ORDER BY finished_at DESC LIMIT 2000
)
SELECT tool, model, count(*) AS jobs,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY promised) AS promised,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS took,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(took - promised) / promised) AS error,
    avg((took <= promised_at_most)::int)::float AS within
FROM lately GROUP BY tool, model ORDER BY jobs DESC
"""


def promises() -> list[dict[str, Any]]:
    """Of the last week: seconds forecast and taken, the usual error, and how many came within nine times of ten."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"error": round(100 * row["error"]), "within": round(100 * row["within"])} for row in rows]
