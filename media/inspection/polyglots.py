"""A picture that is also a page, a program or an archive is refused: no program should ever read it as those."""

import mmap
import re
from pathlib import Path

from media.inspection.formats import Format
from media.inspection.unfit import Unfit

_FOREIGN = re.compile(
    rb"<script[\s>]|<html[\s>]|<svg[\s>]|<!doctype\s|<\?php|<iframe[\s>]|%PDF-\d|PK\x05\x06\x00\x00", re.IGNORECASE
)
_FILM_HEAD, _FILM_TAIL = 4096, 1 << 16


def refuse_polyglot(source: Path, format: Format) -> None:
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if format.kind == "image":
            found = _FOREIGN.search(content)
        else:
            found = _FOREIGN.search(content[:_FILM_HEAD]) or _FOREIGN.search(content[-_FILM_TAIL:])
    if found:
        raise Unfit("polyglot", repr(found.group()))
