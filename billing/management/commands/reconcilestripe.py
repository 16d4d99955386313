"""What upkeep does every five minutes, by hand: after an outage, or from a date on."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refused
from billing.payments.reconciling import reconcile


class Command(BaseCommand):
    help = "Compare everything at Stripe with everything here, and do what the webhooks missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=_day, help="a day, as 2026-11-01; without it, since the last time")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = reconcile(options["since"])
        except Refused as error:
            raise CommandError(error.log or error.message) from None
        for what, number in sorted(found.items()):
            self.stdout.write(f"{what}: {number}")
        if found["failed"]:
            raise CommandError(f"{found['failed']} could not be handled; the log says why.")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
