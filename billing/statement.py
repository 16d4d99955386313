"""The wallet as a person reads it: each change, what for, and what was left."""

from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.pagination import Paging, listing
from billing.models import Account, Transfer

ORDER = ("-at", "-id")


def entries(user: User, query: Paging) -> dict[str, Any]:
    rows = Transfer.objects.filter(user=user).select_related("hold").annotate(
        available=_sum(Account.AVAILABLE), held=_sum(Account.HELD), frozen=_sum(Account.FROZEN), debt=_sum(Account.DEBT)
    )  # fmt: skip
    return listing(rows, query, described, ORDER)


def described(transfer: Any) -> dict[str, Any]:
    return {
        "id": str(transfer.pk),
        "at": transfer.at,
        "kind": transfer.kind,
        "title": title(transfer),
        "note": transfer.note,
        "available": transfer.available or 0,
        "held": transfer.held or 0,
        "frozen": transfer.frozen or 0,
        "debt": -(transfer.debt or 0),
        "charged": transfer.hold.captured if transfer.hold and transfer.kind == "use" else 0,
        "reference": transfer.hold.reference if transfer.hold else "",
    }


def title(transfer: Transfer) -> str:
    if transfer.hold is not None and transfer.hold.title:
        return transfer.hold.title
    return _kinds().get(transfer.kind, transfer.kind)


def _kinds() -> dict[str, str]:
    return {
        "purchase": _("Bought"),
        "subscription": _("From your plan"),
        "welcome": _("Welcome"),
        "promotion": _("A present"),
        "coupon": _("From a code"),
        "adjustment": _("Adjusted by staff"),
        "expiry": _("Expired"),
        "refund": _("Given back"),
        "payment refund": _("Taken back with its payment"),
        "dispute": _("Frozen by a dispute"),
        "dispute won": _("Dispute ended in your favour"),
        "dispute lost": _("Dispute lost"),
        "hold": _("Set aside"),
        "release": _("Not used"),
        "use": _("Used"),
    }


def _sum(account: Account) -> Sum:
    return Sum("postings__amount", filter=Q(postings__account=account))
