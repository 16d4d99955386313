"""Everything that has to be true of the database before the first request."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from redis.exceptions import RedisError

from accounts.models import User
from klikyai import health

OWNER = "owner@localhost"
CREDITS = 1000


class Command(BaseCommand):
    help = "Migrate the database and seed what every installation has."

    def handle(self, *args: Any, **options: Any) -> None:
        _reach()
        with _patience():
            call_command("migrate", interactive=False, verbosity=0)
        if settings.OWNER_AT_FIRST and not User.objects.exists():
            self.stdout.write(json.dumps({"email": OWNER, "password": _owner()}))


@contextmanager
def _patience() -> Iterator[None]:
    """An index on a million rows takes longer than any page may, and a table may be in use for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SET lock_timeout = '60s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
                cursor.execute(f"RESET {name}")


def _reach() -> None:
    """By the same eyes as /readyz, so that what is wrong is said in a line and not by a pool of connections."""
    try:
        health.database()
    except psycopg.Error as error:
        raise CommandError(f"PostgreSQL cannot be reached by DATABASE_URL: {_first_line(error)}") from None
    try:
        health.redis()
    except (RedisError, OSError) as error:
        raise CommandError(f"Redis cannot be reached by REDIS_URL: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _owner() -> str:
    password = secrets.token_urlsafe(12)
    more = [f"--password={password}", "--staff", "--credits", str(CREDITS)]
    call_command("newuser", OWNER, *more, stdout=StringIO())
    return password
