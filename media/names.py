"""A name that a person gave, made harmless for a header, a page and every file system."""

import re
import unicodedata

_LONGEST = 120
_UNWANTED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def safe_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(mark for mark in last if unicodedata.category(mark) not in {"Cf", "Cs", "Cc", "Co", "Cn"})
    return _UNWANTED.sub("", plain).strip(" .")[-_LONGEST:]
