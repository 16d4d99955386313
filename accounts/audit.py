"""The log of what people did to other people's things: written here, never changed, and checked by a key."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, AuditHead, User

START = "0" * 64
NOBODY = "system"


def record(actor: User | None, action: str, subject: str, **facts: Any) -> AuditEntry:
    """Inside the transaction of what it describes, so that neither is there without the other."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=1)
        entry = AuditEntry(
            number=head.number + 1,
            at=timezone.now(),
            actor=str(actor.public_id) if actor else NOBODY,
            action=_plain(action),
            subject=_plain(subject),
            facts=_plain(facts),
        )
        entry.seal = _seal(head.seal or START, entry)
        entry.save(force_insert=True)
        head.number, head.seal, head.stamp = entry.number, entry.seal, _stamp(entry.number, entry.seal)
        head.save(update_fields=["number", "seal", "stamp"])
    return entry


def begin() -> None:
    """The head of an empty chain, signed like any other: an unsigned one is a log that was wiped."""
    if not AuditEntry.objects.exists():
        AuditHead.objects.get_or_create(pk=1, defaults={"stamp": _stamp(0, "")})


def faults() -> Iterator[str]:
    """Everything that does not fit: changed, removed, added or reordered rows, and a cut end."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        before, expected = START, 1
        for entry in AuditEntry.objects.order_by("number").iterator(2000):
            if entry.number != expected:
                yield f"entries {expected} to {entry.number - 1} are missing"
            if not hmac.compare_digest(entry.seal, _seal(before, entry)):
                yield f"entry {entry.number} was changed, or the one before it"
            before, expected = entry.seal, entry.number + 1
        yield from _faults_of_head(head, expected - 1, before)


def _faults_of_head(head: AuditHead | None, number: int, seal: str) -> Iterator[str]:
    if head is None:
        yield "the head of the chain is gone"
    elif (head.number, head.seal or START) != (number, seal):
        yield f"the chain ends at {number}, but its head says {head.number}"
    elif not hmac.compare_digest(head.stamp, _stamp(head.number, head.seal)):
        yield "the head of the chain was rewritten"


def _seal(before: str, entry: AuditEntry) -> str:
    return _keyed([before, entry.number, _instant(entry.at), entry.actor, entry.action, entry.subject, entry.facts])


def _stamp(number: int, seal: str) -> str:
    return _keyed(["head", number, seal])


def _plain(value: Any) -> Any:
    """What PostgreSQL gives back exactly as it got it; floats and everything unknown become text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict):
        return {_plain(str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _keyed(parts: list[Any]) -> str:
    # A key and not a plain hash: who can write the table could otherwise recompute the chain.
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
