"""Recounts the books: `manage.py checkledger`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from billing import invariants


class Command(BaseCommand):
    help = "Recount the books; name everything that is wrong and exit with an error."

    def handle(self, *args: Any, **options: Any) -> None:
        # One snapshot for all questions: what moves meanwhile is not an error.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = invariants.broken()
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} things are wrong with the books.")
        self.stdout.write("The books are right.")
