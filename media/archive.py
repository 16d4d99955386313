"""Many files as one ZIP, written while it is read: no temporary file, no copy in memory."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from media import storage
from media.delivery import CHUNK
from media.inspection.formats import BY_MIME
from media.models import Asset
from media.names import file_name, named_by_prompt, safe_name


class _Passage:
    """A file that is only written to; what was written is taken away at once."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self.waiting.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def taken(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


def zipped(assets: Sequence[Asset]) -> Iterator[bytes]:
    passage = _Passage()
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_STORED) as archive:
        for number, asset in enumerate(assets, 1):
            member = zipfile.ZipInfo(_name(number, asset), _moment(asset.created_at))
            with storage.open_at(asset.path) as content, archive.open(member, "w", force_zip64=True) as entry:
                while piece := content.read(CHUNK):
                    entry.write(piece)
                    yield passage.taken()
            yield passage.taken()
    yield passage.taken()


def _name(number: int, asset: Asset) -> str:
    # Cleaned here as well: a name that climbs out of the folder must never reach somebody's disk.
    name = safe_name(asset.name) or named_by_prompt(asset.prompt)
    return f"{number:04d} {file_name(name, asset.kind, BY_MIME[asset.mime].extension)}"


def _moment(at: datetime) -> tuple[int, int, int, int, int, int]:
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)
