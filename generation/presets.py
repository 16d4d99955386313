"""Settings of a tool kept by name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from generation.models import Preset

MOST = 200


def of(user: User, tool: str | None = None) -> QuerySet[Preset]:
    wanted = Preset.objects.filter(user=user)
    return wanted.filter(tool=tool) if tool else wanted


def keep(user: User, tool: str, name: str, params: Mapping[str, Any]) -> Preset:
    """A name that is there already takes the new settings."""
    if Preset.objects.filter(user=user).exclude(tool=tool, name=name).count() >= MOST:
        raise Conflict(_("That is enough presets: delete one first."))
    kept, _made = Preset.objects.update_or_create(user=user, tool=tool, name=name, defaults={"params": dict(params)})
    return kept


def opened_by(user: User, public_id: UUID | None) -> dict[str, Any] | None:
    """The settings of one's own, or of one that somebody shared."""
    if public_id is None:
        return None
    open_to = Preset.objects.filter(Q(user=user) | Q(shared=True), public_id=public_id)
    return open_to.values_list("params", flat=True).first()


def described(preset: Preset) -> dict[str, Any]:
    return {
        "id": str(preset.public_id),
        "name": preset.name,
        "tool": preset.tool,
        "params": preset.params,
        "shared": preset.shared,
    }
