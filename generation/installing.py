"""Models come onto this disk, are looked over, and leave it."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from generation import catalogue
from generation.engines import checkpoint, hub
from generation.errors import EngineFailed
from generation.models import Model

SPARE = 1 << 30  # left free on the disk
PIECE = 1 << 20
Say = Callable[[str], None]


def pull(model: Model, revision: str, say: Say) -> None:
    """Afterwards it is installed, its revision is a commit and every file of weights is what the hub said."""
    if ships(model):
        raise _refused(_("%s comes with the product: there is nothing to fetch."), model)
    folder = catalogue.folder(model)
    folder.mkdir(parents=True, exist_ok=True)
    variant = str(model.options.get("open", {}).get("variant", ""))
    listing = hub.look(model.source, revision or model.revision, variant, folder)
    _need_room(listing.bytes - _here(listing, folder), folder)
    for number, file in enumerate(listing.files, 1):
        say(f"[{number}/{len(listing.files)}] {file.path} {readable(file.bytes)}")
        hub.fetch(listing, file, folder)
    hashes = {file.path: file.sha256 for file in listing.files if file.sha256}
    checkpoint.inspect(folder)
    if wrong := [path for path, known in hashes.items() if digest(folder / path) != known]:
        raise _refused(_("%s: not what the hub promised, fetch it again: ") + ", ".join(wrong), model)
    model.revision, model.hashes, model.bytes = listing.revision, hashes, listing.bytes
    model.installed = True
    model.save(update_fields=["revision", "hashes", "bytes", "installed"])


def remove(model: Model) -> None:
    if ships(model):
        raise _refused(_("%s comes with the product and stays. Switch it off instead."), model)
    Model.objects.filter(pk=model.pk).update(enabled=False, installed=False)
    shutil.rmtree(catalogue.folder(model), ignore_errors=True)


def faults(model: Model) -> list[str]:
    """What is wrong with an installed model; nothing, if it can be trusted."""
    if model.engine != "local":
        return []  # of what others make, nothing lies here
    folder = catalogue.folder(model)
    try:
        checkpoint.inspect(folder)
    except EngineFailed as refused:
        return [refused.log]
    missing = [path for path in model.hashes if not (folder / path).is_file()]
    changed = [path for path, known in model.hashes.items() if path not in missing and digest(folder / path) != known]
    return [f"{path} is missing" for path in missing] + [f"{path} has changed" for path in changed]


def ships(model: Model) -> bool:
    return not catalogue.folder(model).is_relative_to(settings.VAR_DIR / "models")


def digest(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def readable(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _here(listing: hub.Listing, folder: Path) -> int:
    return sum(file.bytes for file in listing.files if (folder / file.path).is_file())


def _need_room(needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        said = _("It needs %(needed)s and the disk has %(free)s free.")
        raise EngineFailed(said % {"needed": readable(needed), "free": readable(free)}, retryable=False, code="disk")


def _refused(message: str, model: Model) -> EngineFailed:
    return EngineFailed(message % model.slug, retryable=False, code="model_broken")
