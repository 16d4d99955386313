"""What a key made, at whichever remove: it spends together with it, may no more than it, and ends with it."""

from datetime import datetime
from typing import TypeVar

from accounts.errors import Forbidden
from accounts.models import ApiKey

Limit = TypeVar("Limit", int, datetime)
FAMILY = """
WITH RECURSIVE family AS (
    SELECT id FROM accounts_apikey WHERE id = %s
    UNION SELECT k.id FROM accounts_apikey k JOIN family f ON k.made_by_id = f.id
) SELECT id FROM family
"""
LINE = """
WITH RECURSIVE line AS (
    SELECT * FROM accounts_apikey WHERE id = %s
    UNION SELECT k.* FROM accounts_apikey k JOIN line l ON k.id = l.made_by_id
) SELECT * FROM line
"""


def family(key: ApiKey) -> list[int]:
    """Itself and what it made. Those that were revoked too: what they spent was spent."""
    return [one.pk for one in ApiKey.objects.raw(FAMILY, [key.pk])]


def line(key: ApiKey) -> list[ApiKey]:
    """Itself and whatever made it. Most were made by a person: of those nothing is asked."""
    return [key] if key.made_by_id is None else list(ApiKey.objects.raw(LINE, [key.pk]))


def check_within(key: ApiKey, bounds: ApiKey, refusal: str) -> None:
    """Otherwise a key that leaked could make itself one without bounds."""
    dearer = _beyond(key.spending_cap, bounds.spending_cap)
    longer = _beyond(key.expires_at, bounds.expires_at)
    if dearer or longer or set(key.scopes) - set(bounds.scopes):
        raise Forbidden(refusal)


def narrow(key: ApiKey) -> None:
    """What it made keeps nothing that it lost itself."""
    for made in ApiKey.objects.filter(made_by=key, revoked_at=None):
        made.scopes = [scope for scope in made.scopes if scope in key.scopes]
        made.expires_at = _less(made.expires_at, key.expires_at)
        made.spending_cap = _less(made.spending_cap, key.spending_cap)
        made.save(update_fields=["scopes", "expires_at", "spending_cap"])
        narrow(made)


def _beyond(wanted: Limit | None, bound: Limit | None) -> bool:
    return bound is not None and (wanted is None or wanted > bound)


def _less(wanted: Limit | None, bound: Limit | None) -> Limit | None:
    return bound if _beyond(wanted, bound) else wanted
