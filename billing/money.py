"""Money as people write it. It is kept in the smallest unit that a currency has, which is not always a hundredth."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

WHOLE = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf")
)
THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
SIGNS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}


def decimals(currency: str) -> int:
    if currency in WHOLE:
        return 0
    return 3 if currency in THOUSANDTHS else 2


def written(amount: int, currency: str) -> str:
    places = decimals(currency)
    number = number_format(Decimal(amount).scaleb(-places), places, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency)
    if sign is None:
        return f"{number} {currency.upper()}"
    return pgettext("money", "%(sign)s%(number)s") % {"sign": sign, "number": number}
