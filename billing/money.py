"""Money as people write it. It is kept in the smallest unit that a currency has, which is not always a hundredth."""

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
    units, rest = divmod(amount, 10**places)
    number = f"{units:,}.{rest:0{places}}" if places else f"{units:,}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency.upper()}"
