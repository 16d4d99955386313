"""Keys for programs: made, shown once, found by their hash, revoked."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, key_families
from accounts.errors import Conflict, Forbidden, NotFound
from accounts.models import ApiKey, User

MARK = "klik_"
SHOWN = 12
EACH = 50
NOTED_EVERY = timedelta(minutes=1)


def issue(
    user: User,
    name: str,
    scopes: Sequence[str] | None = None,
    *,
    expires_at: datetime | None = None,
    spending_cap: int | None = None,
    made_by: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """The row, and the only sight of the key that there will ever be."""
    secret = MARK + secrets.token_urlsafe(32)
    key = ApiKey(user=user, name=name, prefix=secret[:SHOWN], digest=_digest(secret), made_by=made_by)
    key.expires_at, key.spending_cap = expires_at, spending_cap
    if scopes is not None:
        key.scopes = list(scopes)
    if made_by is not None:
        key_families.check_within(key, made_by, _("A key cannot make another that may do more than itself."))
    key.save()
    return key, secret


@transaction.atomic
def make(
    user: User, name: str, scopes: Sequence[str], *, made_by: ApiKey | None = None, **limits: Any
) -> tuple[ApiKey, str]:
    """For a person who asks, by whichever door, or for a key of theirs."""
    _alone(user.pk)
    if made_by is not None:
        made_by = _live(made_by)
    if ApiKey.objects.filter(user=user, revoked_at=None).count() >= EACH:
        raise Conflict(_("That is enough keys: revoke one first."))
    return issue(user, name, scopes, made_by=made_by, **limits)


def find(secret: str) -> ApiKey | None:
    """A key that opens a door now: live, and of an active person."""
    key: ApiKey | None = (
        ApiKey.objects.live().select_related("user").filter(digest=_digest(secret), user__is_active=True).first()
    )
    if key is not None:
        _note_use(key)
    return key


@transaction.atomic
def change(key: ApiKey, wanted: Mapping[str, Any], *, by: ApiKey | None = None) -> ApiKey:
    """What is not named stays. A key changes only itself and what it made, and gives no more than it has."""
    _alone(key.user_id)
    maker = _live(by) if by is not None else None
    row: ApiKey | None = ApiKey.objects.select_related("made_by", "user").filter(pk=key.pk, revoked_at=None).first()
    if row is None:
        raise NotFound(_("This key no longer opens anything."))
    if maker is not None and row.pk not in key_families.family(maker):
        raise Forbidden(_("A key changes only itself and what it made."))
    for name, value in wanted.items():
        setattr(row, name, value)
    if maker is not None:
        key_families.check_within(row, maker, _("A key cannot give more than it has."))
    if row.made_by is not None:
        key_families.check_within(row, row.made_by, _("A key cannot do more than the one that made it."))
    row.save(update_fields=list(wanted))
    key_families.narrow(row)
    audit.record(row.user, "key changed", str(row.public_id), prefix=row.prefix, fields=sorted(wanted))
    return row


@transaction.atomic
def revoke(key: ApiKey) -> None:
    """And all that it made: they are in the same hands."""
    _alone(key.user_id)
    ApiKey.objects.filter(pk__in=key_families.family(key), revoked_at=None).update(revoked_at=timezone.now())


def _alone(user: int) -> None:
    """One at a time at the keys of a person: none is made by one that is being revoked."""
    User.objects.select_for_update(no_key=True).get(pk=user)


def _live(key: ApiKey) -> ApiKey:
    """As it is now, not as it was when the call came."""
    found: ApiKey | None = ApiKey.objects.live().filter(pk=key.pk).first()
    if found is None:
        raise Forbidden(_("This key no longer opens anything."))
    return found


def _note_use(key: ApiKey) -> None:
    # To the minute: a write for every call would cost more than the call.
    now = timezone.now()
    if key.used_at is None or now - key.used_at > NOTED_EVERY:
        stale = Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
