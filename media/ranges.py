"""RFC 9110's byte ranges, one at a time: what players and download managers ask for."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Span:
    start: int
    end: int  # the first byte that is not wanted

    @property
    def length(self) -> int:
        return self.end - self.start


class Unsatisfiable(Exception):
    pass


def wanted(header: str | None, size: int) -> Span | None:
    """None means everything: no header, or one that may be ignored."""
    found = _ONE.fullmatch(header.replace(" ", "")) if header else None
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise Unsatisfiable
    return Span(start, end)
