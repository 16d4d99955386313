"""Recounts the books: `manage.py checkledger`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import recount


class Command(BaseCommand):
    help = "Recount the books; name everything that is wrong and exit with an error."

    def handle(self, *args: Any, **options: Any) -> None:
        found = recount.found()
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} things are wrong with the books.")
        self.stdout.write("The books are right.")
