"""Pictures in and out of a pipeline."""

import io
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps, UnidentifiedImageError

from generation.contract import Request
from generation.errors import EngineFailed

# Deflate at its usual level takes longer than the last steps of a small model.
QUICK = 1


def source(request: Request) -> Image.Image:
    """Cut to the wanted shape around its middle."""
    return ImageOps.fit(_opened(request, "image").convert("RGB"), _size(request), Image.Resampling.LANCZOS)


def mask(request: Request) -> Image.Image:
    """Cut as the source is, also when it was drawn at another size. White is where to paint."""
    drawn = _opened(request, "mask").convert("L").resize(_opened(request, "image").size, Image.Resampling.BILINEAR)
    return ImageOps.fit(drawn, _size(request), Image.Resampling.BILINEAR)


def encoded(pixels: np.ndarray[Any, Any], request: Request) -> bytes:
    content = io.BytesIO()
    _within_mask(request, Image.fromarray(pixels)).save(content, "PNG", compress_level=QUICK)
    return content.getvalue()


def _within_mask(request: Request, picture: Image.Image) -> Image.Image:
    """Outside the mask the source comes back untouched, not as the autoencoder remembers it."""
    if "mask" not in request.inputs:
        return picture
    return Image.composite(picture, source(request), mask(request))


def _opened(request: Request, name: str) -> Image.Image:
    try:
        return ImageOps.exif_transpose(Image.open(io.BytesIO(request.inputs[name])))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as broken:
        message = gettext_noop("The given picture could not be read.")
        raise EngineFailed(message, retryable=False, log=f"{name}: {broken}", code="unreadable_input") from broken


def _size(request: Request) -> tuple[int, int]:
    return request.params["width"], request.params["height"]
