"""JSON as strictly as money needs it: what two readers could read differently is refused."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from accounts.errors import InvalidRequest, TooLarge

DEEPEST = 32
UNFIT = re.compile("[\x00\ud800-\udfff]")


class StrictJSON(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.LARGEST_JSON + 1)
        if len(body) > settings.LARGEST_JSON:
            raise TooLarge(_("The body is larger than this address takes."))
        return loads(body)


def loads(body: bytes) -> Any:
    if not body.strip():
        return {}
    _check_depth(body)
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except (UnicodeDecodeError, ValueError):
        raise InvalidRequest(_("The body is not JSON.")) from None
    _check_text(value)
    return value


def _check_depth(body: bytes) -> None:
    """Before parsing, since the parser recurses. Brackets inside strings do not count."""
    depth, inside, escaped = 0, False, False
    for byte in body:
        if inside:
            inside, escaped = (escaped or byte != 0x22), (byte == 0x5C and not escaped)
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise InvalidRequest(_("The body is nested too deeply."))
        elif byte in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequest(_("A name stands twice in one object."))
    return found


def _constant(name: str) -> None:
    raise InvalidRequest(_("Numbers must be finite."))


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if UNFIT.search(value):
            raise InvalidRequest(_("Text must be whole Unicode without NUL."))
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise InvalidRequest(_("Numbers must be finite."))
    elif isinstance(value, list):
        for entry in value:
            _check_text(entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            _check_text(name)
            _check_text(entry)
