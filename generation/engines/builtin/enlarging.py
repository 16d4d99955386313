"""A larger picture by resampling: edges stay smooth, and no detail is invented."""

import io

import PIL
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

from generation.contract import MOST_PIXELS, File, Request, Result
from generation.errors import EngineFailed

PLAIN = {"L", "LA", "RGB", "RGBA"}


def enlarge(request: Request) -> Result:
    factor = int(request.params["factor"])
    with Image.open(io.BytesIO(request.inputs["image"])) as source:
        _check_size(source.width * factor, source.height * factor)
        picture = _plain(ImageOps.exif_transpose(source))
        # A profile speaks of the colours that it was made for.
        profile = source.info.get("icc_profile") if picture.mode == source.mode else None
    larger = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    larger.save(content, "PNG", compress_level=3, icc_profile=profile)
    return Result([File(content.getvalue(), "image/png", request.seed)], {"libraries": {"pillow": PIL.__version__}})


def _plain(picture: Image.Image) -> Image.Image:
    """Colours of a palette cannot be mixed."""
    if picture.mode in PLAIN:
        return picture.copy()
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _check_size(width: int, height: int) -> None:
    if width * height <= MOST_PIXELS:
        return
    message = gettext_noop("It would become larger than 4096×4096. Nothing was charged.")
    raise EngineFailed(message, retryable=False, log=f"{width}x{height}", code="too_large")
