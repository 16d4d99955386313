"""How a file was made, written into the file itself, without touching a pixel."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = len(SIGNATURE) + 25  # the signature and the first chunk, which is always IHDR


def embed(content: bytes, mime: str, recipe: Mapping[str, Any]) -> bytes:
    """Into a PNG, as two chunks of text after its header. Other formats get theirs when they are converted."""
    if mime != "image/png" or not content.startswith(SIGNATURE):
        return content
    words = json.dumps(recipe, ensure_ascii=False, default=str)
    return content[:HEADER] + _text("recipe", words) + _text("parameters", _readable(recipe)) + content[HEADER:]


def _readable(recipe: Mapping[str, Any]) -> str:
    """In the order that readers of such files know: prompt, what to avoid, then the rest in one line."""
    rest = {name: value for name, value in recipe.items() if name not in ("prompt", "negative_prompt", "libraries")}
    line = ", ".join(f"{name}: {value}" for name, value in rest.items() if value not in (None, "", {}))
    avoid = recipe.get("negative_prompt")
    return "\n".join([str(recipe.get("prompt", "")), *([f"Negative prompt: {avoid}"] if avoid else []), line])


def _text(keyword: str, text: str) -> bytes:
    body = keyword.encode() + b"\x00\x00\x00\x00\x00" + text.encode()
    kind = b"iTXt"
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
