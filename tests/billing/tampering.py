from django.db import connection

LOOSENED = ["wallet_%", "hold_%", "lot_%"]


def tamper(statement: str) -> None:
    """As somebody would who owns the database: past every trigger and constraint, which return with the rollback."""
    checks = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(checks, [LOOSENED])
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
