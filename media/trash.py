"""Thirty days to think it over; then gone, from storage, too."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from media.arrivals import forget
from media.intake import discard
from media.models import Asset, Upload

KEPT = timedelta(days=30)
UNFINISHED = timedelta(days=1)
_AT_ONCE = 500


def throw_away(asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk, trashed_at=None).update(trashed_at=timezone.now())


def take_back(asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(trashed_at=None)


def empty_old() -> int:
    """Called by the clock: old trash, temporary files, attempts nobody finished, uploads cut for good."""
    now = timezone.now()
    for upload in Upload.objects.filter(created_at__lt=now - UNFINISHED):
        forget(upload)
    old = Q(trashed_at__lt=now - KEPT) | Q(keep_until__lt=now) | Q(ready=False, created_at__lt=now - UNFINISHED)
    ids = list(Asset.objects.filter(old).values_list("pk", flat=True)[:_AT_ONCE])
    # Asked again under the lock: what was taken back meanwhile stays.
    return discard(Asset.objects.filter(old, pk__in=ids)) if ids else 0
