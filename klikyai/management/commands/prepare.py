"""Everything that has to be true of the database before the first request."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection


class Command(BaseCommand):
    help = "Migrate the database and seed what every installation has."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"PostgreSQL cannot be reached by DATABASE_URL: {reason}") from None
        call_command("migrate", interactive=False, verbosity=0)
