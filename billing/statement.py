"""What a person is told of their credits: every transfer, in words, with what it changed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from billing.models import Account, Transfer

# Not by the clock: two machines have two, and numbers are given under the lock.
ORDER = ("-pk",)
WORDS = {
    "purchase": gettext_lazy("Bought"),
    "subscription": gettext_lazy("From your plan"),
    "welcome": gettext_lazy("Welcome"),
    "promotion": gettext_lazy("A present"),
    "coupon": gettext_lazy("From a code"),
    "adjustment": gettext_lazy("Adjusted by staff"),
    "expiry": gettext_lazy("Expired"),
    "refund": gettext_lazy("Given back"),
    "paid back": gettext_lazy("Taken back with its payment"),
    "not paid back": gettext_lazy("Its payment stayed after all"),
    "dispute": gettext_lazy("Frozen by a dispute"),
    "dispute won": gettext_lazy("Dispute ended in your favour"),
    "dispute lost": gettext_lazy("Dispute lost"),
    "hold": gettext_lazy("Set aside"),
    "release": gettext_lazy("Not used"),
    "use": gettext_lazy("Used"),
}
# A spreadsheet runs what begins like this, also behind blanks, also in wide letters.
FORMULA = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    at: datetime
    kind: str
    words: str
    title: str
    note: str
    available: int
    held: int
    frozen: int
    debt: int
    charged: int
    reference: str


def transfers(user: User) -> QuerySet[Transfer]:
    # Legs come for the page that is shown: sums in the query would add up the whole statement first.
    return Transfer.objects.filter(user=user).select_related("hold").prefetch_related("postings")


def entry(transfer: Transfer) -> Entry:
    moved = dict.fromkeys(Account, 0)
    for leg in transfer.postings.all():
        moved[Account(leg.account)] += leg.amount
    hold = transfer.hold
    return Entry(
        id=transfer.reference,
        at=transfer.at,
        kind=transfer.kind,
        words=said(transfer),
        title=(hold.title if hold else "") or said(transfer),
        note=transfer.note,
        available=moved[Account.AVAILABLE],
        held=moved[Account.HELD],
        frozen=moved[Account.FROZEN],
        debt=-moved[Account.DEBT],
        charged=moved[Account.REVENUE],
        reference=hold.reference if hold else "",
    )


def said(transfer: Transfer) -> str:
    return str(WORDS.get(transfer.kind, transfer.kind))


def as_csv(user: User) -> Iterator[str]:
    """Oldest first, with the balance after each: it can be followed with a pencil."""
    yield _line(
        [_("When"), _("What"), _("For"), _("Note"), pgettext("column", "Change"), _("Available after"), _("Reference")]
    )
    balance = 0
    for transfer in transfers(user).order_by("pk").iterator(chunk_size=500):
        shown = entry(transfer)
        balance += shown.available
        words = [shown.at.isoformat(timespec="seconds"), said(transfer), shown.title, shown.note]
        yield _line([*words, shown.available, balance, shown.id])


def _line(cells: list[object]) -> str:
    page = StringIO()
    csv.writer(page).writerow([_tame(cell) for cell in cells])
    return page.getvalue()


def _tame(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(FORMULA) else cell
