"""Where content lies. One folder a person; names are ours and cannot be guessed."""

import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from media.errors import StorageFailed

log = logging.getLogger(__name__)
FOLDERS = ("inputs", "outputs", "references", "temp")


def new_path(user: User, folder: str, extension: str, under: str = "") -> str:
    middle = f"{under}/" if under else ""
    return f"{folder}/{user.public_id}/{middle}{uuid.uuid4().hex}.{extension}"


def put(path: str, content: IO[bytes]) -> None:
    """All or nothing: what could not be written whole is taken away again."""
    try:
        saved = default_storage.save(path, File(content))
    except Exception as error:
        remove(path)
        log.error("storage failed", extra={"path": path, "reason": repr(error)})
        raise StorageFailed(_("The file could not be stored. Try again shortly."), retry_after=30) from error
    if saved != path:
        remove(saved)
        raise StorageFailed(_("The file could not be stored. Try again shortly."), retry_after=1)


def put_file(path: str, source: Path) -> None:
    with source.open("rb") as content:
        put(path, content)


def remove(path: str) -> None:
    try:
        default_storage.delete(path)
    except Exception:
        # The reconciler finds what is left.
        log.exception("storage could not delete", extra={"path": path})


def remove_on_commit(*paths: str) -> None:
    for path in paths:
        transaction.on_commit(partial(remove, path))


def open_at(path: str, start: int = 0) -> IO[bytes]:
    try:
        content = default_storage.open(path, "rb")
        content.seek(start)
    except Exception as error:  # every storage fails in its own words
        raise StorageFailed(_("The file cannot be read right now."), retry_after=5, log=repr(error)) from error
    return content


def reach() -> None:
    """Raises where it cannot be."""
    try:
        default_storage.exists("health")
    except Exception as error:  # as above
        raise StorageFailed(_("The file cannot be read right now."), log=repr(error)) from error


def everything() -> Iterator[tuple[str, Callable[[], datetime]]]:
    """Every file, and how to learn when it was last changed."""
    return (_in_bucket if speaks_s3() else _in_folders)()


def _in_bucket() -> Iterator[tuple[str, Callable[[], datetime]]]:
    """One listing instead of one a folder: of folders there are as many as jobs."""
    for folder in FOLDERS:
        for found in default_storage.bucket.objects.filter(Prefix=f"{folder}/"):  # type: ignore[attr-defined]
            yield found.key, partial(getattr, found, "last_modified")


def _in_folders() -> Iterator[tuple[str, Callable[[], datetime]]]:
    waiting = list(FOLDERS)
    while waiting:
        folder = waiting.pop()
        try:
            folders, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        waiting += [f"{folder}/{name}" for name in folders]
        yield from ((f"{folder}/{name}", partial(_changed, f"{folder}/{name}")) for name in files if name)


def _changed(path: str) -> datetime:
    try:
        return default_storage.get_modified_time(path)
    except FileNotFoundError:
        return timezone.now()  # gone meanwhile: too young to be a stray


def speaks_s3() -> bool:
    return hasattr(default_storage, "querystring_expire")


def signed_link(path: str, mime: str) -> str:
    """At most five minutes, by the storage itself; only S3 is told what to say in its answer."""
    if speaks_s3():
        said = {"ResponseContentType": mime, "ResponseCacheControl": "private, no-store"}
        return str(default_storage.url(path, parameters=said))  # type: ignore[call-arg]
    return default_storage.url(path)


def signed_path(path: str, mime: str) -> str:
    """For who knows the host already."""
    link = urlsplit(signed_link(path, mime))
    return f"{link.path.removeprefix('/')}?{link.query}"
