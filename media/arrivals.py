"""Files arriving in pieces: appended under a lock, taken in when whole."""

import base64
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.errors import Conflict, InvalidRequest, Refused
from accounts.models import User
from media import direct, storage
from media.errors import StorageFailed, TooBig
from media.inspection.formats import MAX_BYTES
from media.intake import accept_file, copy
from media.models import Asset, Space, Upload
from media.models.space import full
from media.names import safe_name
from media.workspace import no_room, workspace

_PIECE = 1 << 20


class Body(Protocol):
    def read(self, size: int, /) -> bytes: ...


_OPEN_AT_ONCE = 20


def begin(user: User, length: int, name: str) -> Upload:
    if length <= 0:
        raise InvalidRequest(_("The file is empty."))
    if length > max(MAX_BYTES.values()):
        raise TooBig(_("The file is too large."))
    with transaction.atomic():
        _make_room(user, length)
        upload = Upload.objects.create(user=user, length=length, name=safe_name(name))
        try:
            settings.MEDIA_ARRIVALS.mkdir(parents=True, exist_ok=True)
            upload.file.touch(mode=0o600)
        except OSError as error:
            raise no_room(error) from error
    return upload


def append(upload: Upload, offset: int, body: Body) -> int:
    """What arrived before a cut stays; the next piece goes on from there."""
    with _locked(upload) as file:
        if file.tell() != offset:
            raise Conflict(_("This piece does not continue the upload."))
        _copy(body, file, upload.length - offset)
        return file.tell()


def finish(upload: Upload) -> Asset:
    with _locked(upload), workspace() as work:
        source = work / "source"
        source.hardlink_to(upload.file)
        return _taken_in(upload, source)


def finish_left(upload: Upload) -> None:
    """Whole since a call that failed, or that nobody lived to answer."""
    if upload.asset is not None or upload.offset < upload.length:
        return
    try:
        finish(upload)
    except Conflict:
        # Unless somebody else has finished it just now.
        if not Upload.objects.filter(pk=upload.pk, asset__isnull=False).exists():
            raise


def fetch(upload: Upload) -> Asset:
    """What came straight into the bucket, read once, checked, and only then a file of the library."""
    if upload.asset is not None:
        return upload.asset
    direct.complete(upload)
    with workspace() as work:
        with storage.open_at(upload.key) as arrived:
            copy(arrived, work / "source")
        return _taken_in(upload, work / "source")


def cancel(upload: Upload) -> None:
    if not upload.file.exists():
        forget(upload)
        return
    with _locked(upload):
        forget(upload)


def forget(upload: Upload) -> None:
    direct.forget(upload)
    upload.file.unlink(missing_ok=True)
    upload.delete()


def _taken_in(upload: Upload, source: Path) -> Asset:
    try:
        asset = accept_file(upload.user, source, upload.name)
    except (StorageFailed, Conflict):
        raise  # what arrived is good: asking again finishes
    except Refused:
        forget(upload)
        raise
    upload.asset = asset
    upload.save(update_fields=["asset"])
    upload.file.unlink(missing_ok=True)
    direct.forget(upload)
    return asset


def _make_room(user: User, length: int) -> None:
    """What was announced counts as if it were there, or twenty cut uploads would fill the disk of all."""
    space = Space.locked(user)
    unfinished = Upload.objects.filter(user=user, asset=None)
    if unfinished.count() >= _OPEN_AT_ONCE:
        raise Conflict(_("Finish or cancel your other uploads first."))
    announced = unfinished.aggregate(all=Sum("length"))["all"] or 0
    if space.used + announced + length > space.limit:
        raise full()


def name_in(metadata: str) -> str:
    """tus sends `filename` in base64 among other pairs."""
    pairs = dict(pair.strip().partition(" ")[::2] for pair in metadata.split(","))
    try:
        return base64.b64decode(pairs.get("filename", ""), validate=True).decode()
    except ValueError:
        raise InvalidRequest(_("The file's name cannot be read.")) from None


def _copy(body: Body, file: IO[bytes], most: int) -> None:
    try:
        while most >= 0 and (piece := body.read(min(_PIECE, most + 1))):
            if len(piece) > most:
                raise TooBig(_("More arrived than was announced."))
            most -= file.write(piece)
    except OSError as error:
        raise StorageFailed(_("The upload was cut. Go on from where it stopped."), retry_after=5) from error


@contextmanager
def _locked(upload: Upload) -> Iterator[IO[bytes]]:
    try:
        file = upload.file.open("r+b")
    except OSError as error:
        raise Conflict(_("This upload is over."), log=repr(error)) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(_("Another piece of this upload is arriving.")) from None
        if os.fstat(file.fileno()).st_nlink == 0:
            raise Conflict(_("This upload is over."))
        file.seek(0, os.SEEK_END)
        yield file
