"""Stripe's way to write nested things into a form: a[b]=1, a[0][c]=2."""

import re
from typing import Any
from urllib.parse import parse_qsl

PART = re.compile(r"\[([^\]]*)\]")


def read(text: str) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _bracket, _rest = name.partition("[")
        path = [head, *PART.findall(name)]
        place = root
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1] or str(len(place))] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner


def number(value: Any) -> int:
    return int(value)


def yes(value: Any) -> bool:
    return value in ("true", True)
