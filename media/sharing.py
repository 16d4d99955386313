"""Links for people without an account: long, hashed, revocable, counted."""

import hashlib
import secrets
from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from media.models import Asset, ShareLink


def share(asset: Asset, expires_at: datetime | None) -> tuple[ShareLink, str]:
    token = secrets.token_urlsafe(32)
    return ShareLink.objects.create(asset=asset, digest=_digest(token), expires_at=expires_at), token


def revoke(link: ShareLink) -> None:
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def shared(token: str) -> ShareLink | None:
    """Expired, revoked, trashed, taken down, of a disabled person and never made: all the same nothing."""
    alive = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    visible = Q(asset__ready=True, asset__trashed_at=None, asset__taken_down_at=None, asset__user__is_active=True)
    return (
        ShareLink.objects.select_related("asset").filter(alive, visible, digest=_digest(token), revoked_at=None).first()
    )


def count_view(link: ShareLink) -> None:
    ShareLink.objects.filter(pk=link.pk).update(views=F("views") + 1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
