"""A person who leaves takes their files along; a person who asks gets them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.dispatch import receiver

from accounts.export import Content, as_json
from accounts.models import User
from accounts.signals import closing, exporting
from media import storage
from media.arrivals import forget
from media.delivery import pieces
from media.inspection.formats import BY_MIME
from media.intake import discard
from media.models import AbuseReport, Asset, Project, Tag, Upload


@receiver(closing)
def take_away(sender: Any, user: User, **_more: Any) -> None:
    for upload in Upload.objects.filter(user=user):
        forget(upload)
    discard(Asset.objects.filter(user=user))
    Project.objects.filter(user=user).delete()
    Tag.objects.filter(user=user).delete()
    # What a report says of somebody else's file is still to be judged; who said it is not.
    AbuseReport.objects.filter(reporter=user).update(reporter=None)


@receiver(exporting)
def hand_over(sender: Any, user: User, **_more: Any) -> list[tuple[str, Content]]:
    assets = Asset.objects.of(user).order_by("pk").select_related("project").prefetch_related("tags")
    files: list[tuple[str, Content]] = [
        (f"media/{asset.public_id}.{BY_MIME[asset.mime].extension}", _content(asset)) for asset in assets
    ]
    return [("library.json", as_json(_shelves(user, assets))), *files]


def _shelves(user: User, assets: Iterable[Asset]) -> dict[str, Any]:
    """How they had put things in order, by the names that the files have in the archive."""
    return {
        "projects": list(Project.objects.filter(user=user).order_by("pk").values("public_id", "name", "created_at")),
        "tags": list(Tag.objects.filter(user=user).order_by("pk").values_list("name", flat=True)),
        "files": [_described(asset) for asset in assets],
    }


def _described(asset: Asset) -> dict[str, Any]:
    return {
        "id": asset.public_id,
        "name": asset.name,
        "project": asset.project.name if asset.project else None,
        "tags": sorted(tag.name for tag in asset.tags.all()),
        "starred": asset.starred,
        "created_at": asset.created_at,
    }


def _content(asset: Asset) -> Iterator[bytes]:
    yield from pieces(storage.open_at(asset.path), asset.bytes)
