"""Files for those who make and use them: what came out of which work, and what is inside."""

from collections.abc import Sequence
from typing import Any

from media import storage
from media.library import COLUMNS, described
from media.models import Asset


def outputs_of(origins: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Of many works in one query, as the API shows files. What lies in the trash is not shown."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not origins:
        return found
    rows = Asset.objects.visible().on_the_wall().filter(origin__in=origins).order_by("id")
    for row in rows.values_list(*COLUMNS, named=True):
        found.setdefault(row.origin, []).append(described(row))
    return found


def content_of(asset: Asset) -> bytes:
    with storage.open_at(asset.path) as file:
        return bytes(file.read())
