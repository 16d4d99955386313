"""`python -m media.inspection.child SOURCE TARGET`: caged, one line of JSON out. A crash is an answer, too."""

import errno
import hashlib
import json
import sys
import zlib
from dataclasses import asdict, replace
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from media.inspection import formats, sandbox
from media.inspection.facts import Facts
from media.inspection.films import clean_film
from media.inspection.pictures import clean_picture
from media.inspection.polyglots import refuse_polyglot
from media.inspection.sniff import HEAD, sniff
from media.inspection.unfit import Unfit

_DAMAGE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, EOFError, MemoryError, zlib.error)


def main(source: Path, target: Path) -> None:
    Image.preinit()  # with WebP and AVIF all that we read; the other forty are slow to load and better not there
    sandbox.confine(target.parent, memory=2 << 30, seconds=60, file_bytes=max(formats.MAX_BYTES.values()))
    try:
        answer = asdict(_clean(source, target))
    except Unfit as unfit:
        answer = {"unfit": unfit.reason, "detail": unfit.detail}
    except _DAMAGE as error:
        full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        answer = {"unfit": "full" if full else "unreadable", "detail": repr(error)}
    json.dump(answer, sys.stdout)


def _clean(source: Path, target: Path) -> Facts:
    with source.open("rb") as file:
        format = sniff(file.read(HEAD))
    if source.stat().st_size > formats.MAX_BYTES[format.kind]:
        raise Unfit("bytes")
    refuse_polyglot(source, format)
    facts = (clean_picture if format.kind == "image" else clean_film)(source, target, format)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(facts, bytes=target.stat().st_size, sha256=digest)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
