from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from media.reconciling import GRACE, look, mend


class Command(BaseCommand):
    help = "Name every file without a row, row without a file and miscounted space; exit non-zero if there is any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="Remove files that no row knows.")
        parser.add_argument("--grace", type=int, default=int(GRACE.total_seconds()), help="Seconds a file may wait.")

    def handle(self, *args: Any, **options: Any) -> None:
        grace = timedelta(seconds=options["grace"])
        found = look(grace)
        if options["mend"]:
            mend(found.files_without_row)
            found = look(grace)
        for line in found.all():
            self.stdout.write(line)
        if found.all():
            raise CommandError(f"{len(found.all())} things are not right.")
        self.stdout.write("Every file has its row and every row its file.")
