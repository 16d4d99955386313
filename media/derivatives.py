"""Thumbnails, posters, previews, waveforms: made once, in a worker, from the clean file."""

import json
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from django.db import IntegrityError, transaction

from media import storage
from media.inspection.cage import Dead, caged
from media.models import Asset, Derivative
from media.workspace import workspace

log = logging.getLogger(__name__)
WANTED = {"image": {"256", "640"}, "video": {"256", "640", "poster"}, "audio": {"waveform"}}
_MIMES = {".webp": "image/webp", ".mp4": "video/mp4"}


def missing(kind: str, made: Iterable[str]) -> set[str]:
    """A worker killed between two of them leaves the first alone. A film may be too short for a preview."""
    return WANTED[kind] - set(made)


def make_likenesses(asset: Asset) -> None:
    if not missing(asset.kind, asset.derivatives.values_list("variant", flat=True)):
        return
    with workspace() as work:
        source = work / "source"
        with storage.open_at(asset.path) as content, source.open("wb") as copy:
            shutil.copyfileobj(content, copy, 1 << 20)
        try:
            made = json.loads(caged("media.inspection.likeness", work, str(source), str(work)))
        except Dead as dead:
            log.warning("no likenesses", extra={"asset": str(asset.public_id), "reason": str(dead)})
            return
        for variant, file in made.items():
            _keep(asset, variant, work / file)


def _keep(asset: Asset, variant: str, file: Path) -> None:
    path = f"{asset.path}.{variant}{file.suffix}"
    if Derivative.objects.filter(asset=asset, variant=variant).exists():
        return
    storage.remove(path)  # of a worker that died before its row
    storage.put_file(path, file)
    try:
        with transaction.atomic():
            Derivative.objects.create(
                asset_id=asset.pk, variant=variant, path=path, mime=_MIMES[file.suffix], bytes=file.stat().st_size
            )
    except IntegrityError:
        # Another worker was first (the same path, so nothing is left over), or the asset is gone meanwhile.
        if not Derivative.objects.filter(path=path).exists():
            storage.remove(path)
