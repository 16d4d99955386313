"""Pictures in and out of a pipeline."""

import io
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from PIL import Image, ImageOps

from generation.contract import File, Request, Result

# Deflate at its usual level takes longer than the last steps of a small model.
QUICK = 1


def result(request: Request, made: Sequence[Any], facts: Mapping[str, Any], encoders: Executor) -> Result:
    kept = [_within_mask(request, picture) for picture in made]
    contents = list(encoders.map(_encoded, kept))
    files = [File(content, "image/png", request.seed + place) for place, content in enumerate(contents)]
    return Result(files, facts)


def source(request: Request) -> Image.Image:
    """Cut to the wanted shape around its middle."""
    with Image.open(io.BytesIO(request.inputs["image"])) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return ImageOps.fit(upright, _size(request), Image.Resampling.LANCZOS)


def mask(request: Request) -> Image.Image:
    with Image.open(io.BytesIO(request.inputs["mask"])) as picture:
        return ImageOps.fit(picture.convert("L"), _size(request), Image.Resampling.BILINEAR)


def _within_mask(request: Request, picture: Image.Image) -> Image.Image:
    """Outside the mask the source comes back untouched, not as the autoencoder remembers it."""
    if "mask" not in request.inputs:
        return picture
    return Image.composite(picture, source(request), mask(request))


def _size(request: Request) -> tuple[int, int]:
    return request.params["width"], request.params["height"]


def _encoded(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=QUICK)
    return content.getvalue()
