"""A person who leaves takes their files along; a person who asks gets them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import closing, exporting
from media import storage
from media.arrivals import forget
from media.delivery import pieces
from media.inspection.formats import BY_MIME
from media.intake import discard
from media.models import Asset, Upload


@receiver(closing)
def take_away(sender: Any, user: User, **_more: Any) -> None:
    for upload in Upload.objects.filter(user=user):
        forget(upload)
    discard(Asset.objects.filter(user=user))


@receiver(exporting)
def hand_over(sender: Any, user: User, **_more: Any) -> list[tuple[str, Iterable[bytes]]]:
    assets = Asset.objects.of(user).order_by("pk")
    return [(f"media/{asset.public_id}.{BY_MIME[asset.mime].extension}", _content(asset)) for asset in assets]


def _content(asset: Asset) -> Iterator[bytes]:
    yield from pieces(storage.open_at(asset.path), asset.bytes)
