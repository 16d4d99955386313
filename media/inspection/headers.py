"""What ffmpeg forgives and we do not: claims in the header that the file does not keep, and samples in another file."""

import mmap
import re
import struct
from pathlib import Path

from media.inspection import formats
from media.inspection.formats import Format
from media.inspection.unfit import Unfit

_MOVIE = re.compile(rb"\x00\x00\x00\x6cmvhd\x00...|\x00\x00\x00\x78mvhd\x01...", re.DOTALL)
_ELSEWHERE = re.compile(rb"dref\x00{7}[\x01-\x08]....(?:alis|url |urn |rsrc)\x00{4}", re.DOTALL)
_UNKNOWN_SIZE = {0, 0xFFFFFFFF}  # what recorders that write into a pipe leave there


def check_header(source: Path, format: Format) -> None:
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if format is formats.WAV:
            _check_wave(content)
        elif format in {formats.MP4, formats.MOV, formats.M4A}:
            _check_movie(content)


def _check_movie(content: mmap.mmap) -> None:
    if _ELSEWHERE.search(content):
        raise Unfit("unreadable", "samples in another file")
    for found in _MOVIE.finditer(content):
        at = found.end()
        layout, size = (">8xII", 16) if content[at - 4] == 0 else (">16xIQ", 28)
        scale, duration = struct.unpack(layout, content[at : at + size].ljust(size, b"\0"))
        known = duration not in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
        if known and duration > formats.MAX_SECONDS * max(scale, 1):
            raise Unfit("duration", f"{duration}/{scale}")


def _check_wave(content: mmap.mmap) -> None:
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"data":
            if size not in _UNKNOWN_SIZE and at + 8 + size > len(content):
                raise Unfit("truncated")
            return
        at += 8 + size + size % 2
