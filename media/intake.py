"""How content comes in. File first, then row: what dies between leaves a file that the reconciler finds."""

import io
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import closure
from accounts.errors import Conflict
from accounts.models import User
from media import storage
from media.errors import Unsupported
from media.inspection.facts import Facts
from media.inspection.formats import BY_MIME
from media.inspection.glance import glance
from media.inspection.inspect import inspect
from media.models import Asset, Space
from media.names import safe_name
from media.ringing import ring
from media.workspace import no_room, workspace

TEMPORARY = timedelta(hours=24)


def accept_upload(user: User, file: IO[bytes], name: str, *, folder: str = "inputs") -> Asset:
    with workspace() as work:
        copy(file, work / "source")
        return accept_file(user, work / "source", name, folder=folder)


def copy(file: IO[bytes], target: Path) -> None:
    try:
        with target.open("wb") as source:
            shutil.copyfileobj(file, source, 1 << 20)
    except OSError as error:
        raise no_room(error) from error


def accept_file(user: User, source: Path, name: str, *, folder: str = "inputs") -> Asset:
    """`source` must lie alone in a folder of its own."""
    clean = source.with_name("clean")
    facts = inspect(source, clean)
    keep_until = timezone.now() + TEMPORARY if folder == "temp" else None
    if (known := _known(user, facts, keep_until)) is not None:
        return known
    path = storage.new_path(user, folder, BY_MIME[facts.mime].extension)
    storage.put_file(path, clean)
    row = {"name": safe_name(name), "origin": f"upload:{uuid.uuid4()}", "ready": True, "keep_until": keep_until}
    try:
        return _record(user, path, facts, _let_in, **row)
    except IntegrityError as error:
        storage.remove(path)
        if (known := _known(user, facts, keep_until)) is not None:
            return known
        raise Conflict(_("This file is just being thrown away. Try again."), log=repr(error)) from error
    except Exception:
        storage.remove(path)
        raise


def keep_output(
    user: User, job_reference: str, content: bytes, *, mime: str, recipe: Mapping[str, Any], attempt_token: str
) -> Asset:
    """Written under the attempt, invisible until `publish_outputs`. A stale attempt discards its own."""
    facts, content = _cleaned(content, mime)
    under = f"{job_reference.rpartition(':')[2]}/{safe_name(attempt_token)}"
    path = storage.new_path(user, "outputs", BY_MIME[facts.mime].extension, under)
    storage.put(path, io.BytesIO(content))
    prompt = str(recipe.get("prompt", ""))
    try:
        # Refused now, the work would have been done for nothing: who asks for it has been asked for room before.
        return _record(
            user, path, facts, Space.stretch,
            prompt=prompt, recipe=dict(recipe), origin=job_reference, attempt=attempt_token,
        )  # fmt: skip
    except Exception:
        storage.remove(path)
        raise


def publish_outputs(job_reference: str, attempt_token: str) -> list[Asset]:
    """Inside the transaction that finishes the job."""
    Asset.objects.filter(origin=job_reference, attempt=attempt_token).update(ready=True)
    assets = list(Asset.objects.filter(origin=job_reference, attempt=attempt_token).order_by("pk"))
    for asset in assets:
        ring(asset)
    return assets


def discard_outputs(job_reference: str, attempt_token: str) -> None:
    discard(Asset.objects.filter(origin=job_reference, attempt=attempt_token, ready=False))


@transaction.atomic
def discard(assets: "Any") -> int:
    """For good: rows first, files when that is certain."""
    # Space before files, as everywhere, and everybody in the same order: nobody waits in a ring.
    Space.lock_all(assets.order_by().values("user"))
    found = list(assets.order_by("pk").select_for_update(of=("self",)).prefetch_related("derivatives"))
    freed: Counter[int] = Counter()
    for asset in found:
        freed[asset.user_id] += asset.bytes
        storage.remove_on_commit(asset.path, *(smaller.path for smaller in asset.derivatives.all()))
    for user_id, bytes in freed.items():
        Space.give_back(user_id, bytes)
    Asset.objects.filter(pk__in=[asset.pk for asset in found]).delete()
    return len(found)


def _cleaned(content: bytes, mime: str) -> tuple[Facts, bytes]:
    """Pictures of our own engines are only looked at; film and sound pass the cage like an upload."""
    if mime.startswith("image/"):
        return glance(content), content
    with workspace() as work:
        (work / "source").write_bytes(content)
        return inspect(work / "source", work / "clean"), (work / "clean").read_bytes()


@transaction.atomic
def _record(user: User, path: str, facts: Facts, take: Callable[[User, int], None], **more: Any) -> Asset:
    take(user, facts.bytes)
    asset = Asset.objects.create(
        user=user, path=path, kind=facts.kind, mime=facts.mime, bytes=facts.bytes, width=facts.width,
        height=facts.height, duration=facts.duration, sha256=facts.sha256, colour=facts.colour,
        placeholder=facts.placeholder, **more,
    )  # fmt: skip
    if asset.ready:
        ring(asset)
    return asset


def _let_in(user: User, bytes: int) -> None:
    # What comes while its person leaves would stay behind.
    closure.staying(user)
    Space.take(user, bytes)


@transaction.atomic
def _known(user: User, facts: Facts, keep_until: datetime | None) -> Asset | None:
    """The same file twice is one file; from the trash it comes back, and it stays as long as the longer wish."""
    same = Asset.objects.filter(user=user, sha256=facts.sha256, origin__startswith="upload:")
    known = same.select_for_update().first()  # under the lock, so that nobody empties the trash in between
    if known is None:
        return None
    if known.taken_down_at is not None:
        raise Unsupported(_("This file was taken down and cannot be uploaded again."))
    if known.keep_until is not None:
        known.keep_until = max(known.keep_until, keep_until) if keep_until else None
    known.trashed_at = None
    known.save(update_fields=["trashed_at", "keep_until"])
    return known
