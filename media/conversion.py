"""Downloads in another picture format, with the recipe inside or without."""

import io
import json
from collections.abc import Mapping
from typing import IO, Any

from PIL import Image, PngImagePlugin

from media.inspection.formats import JPEG, PNG, WEBP

FORMATS = {"png": PNG, "jpeg": JPEG, "webp": WEBP}
_DESCRIPTION = 0x010E


def convert(source: IO[bytes], wanted: str, recipe: Mapping[str, Any] | None) -> bytes:
    format = FORMATS[wanted]
    with source, Image.open(source, formats=["PNG", "JPEG", "WEBP", "GIF", "AVIF"]) as picture:
        plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if format is JPEG and plain.mode == "RGBA":
        # It knows no transparency, and what lies under it is mostly black.
        plain = Image.alpha_composite(Image.new("RGBA", plain.size, "white"), plain).convert("RGB")
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, format.reader, **_quality(wanted), **_recipe(wanted, recipe))
    return out.getvalue()


def _quality(wanted: str) -> dict[str, Any]:
    return {"png": {"compress_level": 3}, "jpeg": {"quality": 92}, "webp": {"quality": 90, "method": 2}}[wanted]


def _recipe(wanted: str, recipe: Mapping[str, Any] | None) -> dict[str, Any]:
    if not recipe:
        return {}
    text = json.dumps(recipe, ensure_ascii=True)
    if wanted == "png":
        info = PngImagePlugin.PngInfo()
        info.add_text("recipe", text)
        return {"pnginfo": info}
    exif = Image.Exif()
    exif[_DESCRIPTION] = text[:60_000]
    return {"exif": exif.tobytes()}
