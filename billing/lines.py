"""A statement as a person reads it: one line a job, from what was set aside to what it cost in the end.

The changes of all lines sum to what is available less what is owed, so that nothing is left unexplained.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from billing import statement
from billing.models import Account, Hold, Lot, Transfer

LATER = ("use", "release", "refund")  # told in the line of their hold


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    title: str
    words: list[str]
    change: int
    open: bool
    left: int = 0
    expires_at: datetime | None = None


def of(user: User) -> QuerySet[Transfer]:
    return statement.transfers(user).exclude(kind__in=LATER)


def told(transfers: Iterable[Transfer]) -> list[Line]:
    """Three queries more, however long the page."""
    shown = list(transfers)
    reasons = _reasons(shown)
    lots = {lot.transfer_id: lot for lot in Lot.objects.filter(transfer__in=shown, expires_at__isnull=False)}
    return [_line(transfer, reasons[transfer.hold_id], lots.get(transfer.pk)) for transfer in shown]


def _reasons(transfers: Iterable[Transfer]) -> dict[int | None, list[str]]:
    found = defaultdict[int | None, list[str]](list)
    holds = [transfer.hold_id for transfer in transfers if transfer.hold_id is not None]
    for hold, note in (
        Transfer.objects.filter(hold__in=holds, kind="refund").exclude(note="").values_list("hold", "note")
    ):
        found[hold].append(note)
    return found


def _line(transfer: Transfer, reasons: list[str], lot: Lot | None) -> Line:
    if transfer.hold is not None:
        hold = transfer.hold
        words = [", ".join(_course(hold)), *reasons]
        return Line(transfer.at, hold.title or _("A job"), words, -_cost(hold), hold.state == Hold.State.OPEN)
    moved = dict.fromkeys(Account, 0)
    for leg in transfer.postings.all():
        moved[Account(leg.account)] += leg.amount
    words = [word for word in (transfer.note, _of_debt(moved[Account.DEBT])) if word]
    change = moved[Account.AVAILABLE] + moved[Account.DEBT]
    left, expires_at = (lot.left, lot.expires_at) if lot is not None else (0, None)
    return Line(transfer.at, statement.said(transfer), words, change, False, left, expires_at)


def _cost(hold: Hold) -> int:
    return hold.amount if hold.state == Hold.State.OPEN else hold.captured - hold.refunded


def _course(hold: Hold) -> list[str]:
    back = hold.amount - hold.captured
    ends: dict[str, Callable[[], list[str]]] = {
        Hold.State.OPEN: lambda: [_("being made")],
        Hold.State.EXPIRED: lambda: [_("given back because it waited too long")],
        Hold.State.RELEASED: lambda: [_("all given back")],
        Hold.State.CAPTURED: lambda: [
            _("%d charged") % hold.captured, *([_("%d given back") % back] if back else []),
            *([_("%d refunded") % hold.refunded] if hold.refunded else []),
        ],
    }  # fmt: skip
    return [_("%d held") % hold.amount, *ends[hold.state]()]


def _of_debt(paid: int) -> str:
    if paid > 0:
        return _("%d of them paid what was owed") % paid
    return _("%d of them were spent already and are owed") % -paid if paid else ""
