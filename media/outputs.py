"""Files for those who make and use them: what came out of which work, and what is inside."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.models import User
from media import storage
from media.library import described, shown
from media.models import Asset


def outputs_of(origins: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Of many works in one query, as the API shows files. What lies in the trash is not shown."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not origins:
        return found
    rows = Asset.objects.visible().on_the_wall().filter(origin__in=origins).order_by("id")
    for row in shown(rows):
        found.setdefault(row.origin, []).append(described(row))
    return found


def content_of(asset: Asset) -> bytes:
    with storage.open_at(asset.path) as file:
        return bytes(file.read())


def one_of(user: User, public_id: UUID) -> bool:
    """Is it a picture that this person may start from?"""
    return Asset.objects.of(user).on_the_wall().filter(public_id=public_id, kind="image").exists()


def recipe_of(user: User, public_id: UUID | None) -> dict[str, Any] | None:
    """What a picture of theirs was made from, to begin with the same again."""
    if public_id is None:
        return None
    return Asset.objects.of(user).filter(public_id=public_id).values_list("recipe", flat=True).first()
