"""Credits are whole numbers, and say so."""

from django.utils.translation import gettext as _

from billing.errors import Whole

LARGEST = 10**9


def whole(amount: object, *, zero: bool = False) -> int:
    """`True` is a number to Python, not to a bookkeeper."""
    if type(amount) is not int or not (0 if zero else 1) <= amount <= LARGEST:
        raise Whole(_("Credits are whole numbers."), log=f"not an amount: {amount!r}")
    return amount
