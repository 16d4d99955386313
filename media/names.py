"""A name that a person gave, made harmless for a header, a page and every file system."""

import re
import textwrap
import unicodedata

from media.inspection import formats

_ENDINGS = {format.extension for format in formats.ALL} | {"jpeg"}
_LONGEST = 120
_OF_A_PROMPT = 60
_UNWANTED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def safe_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(mark for mark in last if unicodedata.category(mark) not in {"Cf", "Cs", "Cc", "Co", "Cn"})
    return _UNWANTED.sub("", plain).strip(" .")[-_LONGEST:]


def shows(name: str) -> bool:
    """Joiners, marks of direction and blanks alone leave a row without anything to press."""
    return any(unicodedata.category(mark)[0] not in "CZ" for mark in name)


def named_by_prompt(prompt: str) -> str:
    """What nobody named is called after what was asked for; only its owner is told."""
    return safe_name(textwrap.shorten(re.sub(r"[/\\]", " ", prompt), _OF_A_PROMPT, placeholder=""))


def file_name(name: str, kind: str, extension: str) -> str:
    """With the ending of what is inside: "holiday 2.0" has none, and "invoice.exe" a wrong one."""
    stem, dot, ending = name.rpartition(".")
    known = dot and ending.lower() in _ENDINGS
    return f"{(stem if known else name) or kind}.{extension}"
