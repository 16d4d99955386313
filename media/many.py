"""The same change to many files at once: all of them or none."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from media.models import Asset


@transaction.atomic
def change(user: User, ids: Sequence[UUID], columns: dict[str, Any], *, trashed: bool | None) -> int:
    wanted = set(ids)
    theirs = Asset.objects.of(user).filter(public_id__in=wanted)
    if theirs.count() < len(wanted):
        raise NotFound(_("Some of these files are not here."))
    if columns:
        theirs.update(**columns)
    if trashed is True:
        theirs.filter(trashed_at=None).update(trashed_at=timezone.now())
    elif trashed is False:
        theirs.update(trashed_at=None)
    return len(wanted)
