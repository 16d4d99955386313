"""Pictures: limits from the header, then pixels only: stills are encoded anew, animations stripped and decoded once."""

import io
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, WebPImagePlugin  # noqa: F401

from media.inspection import formats
from media.inspection.facts import Facts
from media.inspection.formats import Format
from media.inspection.placeholder import look_of
from media.inspection.strips import STRIPS, png_is_whole
from media.inspection.unfit import Unfit

Image.MAX_IMAGE_PIXELS = None  # our own limit is stricter and speaks to the person
_KEPT_MODES = {
    "PNG": {"1", "L", "LA", "RGB", "RGBA"},
    "JPEG": {"L", "RGB"},
    "WEBP": {"RGB", "RGBA"},
    "AVIF": {"RGB", "RGBA"},
    "GIF": {"P", "L"},
}


def clean_picture(source: Path, target: Path, format: Format) -> Facts:
    # Frames are counted before Pillow sees the file: it reads 200,000 frame headers for seconds.
    content, frames = STRIPS[format](source.read_bytes()) if format in STRIPS else (b"", 1)
    with source.open("rb") as file, Image.open(file, formats=[format.reader]) as picture:
        check_size(*picture.size)
        if frames > 1:
            return _keep_animation(content, frames, picture.size, target, format)
        if format is formats.PNG and not png_is_whole(content, *picture.size):
            raise Unfit("truncated")
        if format is formats.AVIF and getattr(picture, "is_animated", False):
            raise Unfit("animated_avif")
        return _encode_anew(picture, target, format, lossless=b"VP8L" in _head(source))


def check_size(width: int, height: int, frames: int = 1) -> None:
    if width * height > formats.MAX_PIXELS or max(width, height) > formats.MAX_SIDE:
        raise Unfit("pixels", f"{width}x{height}")
    if width * height * frames > formats.MAX_ANIMATED_PIXELS:
        raise Unfit("frames", f"{width}x{height}x{frames}")


def _keep_animation(content: bytes, frames: int, size: tuple[int, int], target: Path, format: Format) -> Facts:
    check_size(*size, frames)
    milliseconds = 0.0
    with Image.open(io.BytesIO(content), formats=[format.reader]) as animation:
        look = look_of(animation)
        for frame in range(getattr(animation, "n_frames", 1)):
            animation.seek(frame)
            animation.load()
            milliseconds += float(animation.info.get("duration", 0) or 0)
    target.write_bytes(content)
    return Facts(format.mime, format.kind, *size, duration=milliseconds / 1000, frames=frames, **look)


def _encode_anew(picture: Image.Image, target: Path, format: Format, *, lossless: bool) -> Facts:
    options = _quality(picture, format, lossless)
    upright = ImageOps.exif_transpose(picture)
    plain = _mode_for(_in_srgb(upright), format)
    plain.info.clear()
    plain.save(target, format.reader, **options)
    return Facts(format.mime, format.kind, *plain.size, **look_of(plain))


def _quality(picture: Image.Image, format: Format, lossless: bool) -> dict[str, Any]:
    """As good as it came: JPEG with its own tables, WebP lossless when it was."""
    if format is formats.JPEG and picture.mode in {"L", "RGB"} and isinstance(picture, JpegImagePlugin.JpegImageFile):
        return {"qtables": picture.quantization, "subsampling": JpegImagePlugin.get_sampling(picture)}
    if format is formats.WEBP:
        return {"lossless": lossless, "quality": 92, "method": 2}
    others: dict[Format, dict[str, Any]] = {
        formats.PNG: {"compress_level": 3},
        formats.AVIF: {"quality": 90, "speed": 9},
        formats.GIF: {"optimize": False},
    }
    return others.get(format, {"quality": 95})


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture  # a broken profile says nothing about the pixels


def _mode_for(picture: Image.Image, format: Format) -> Image.Image:
    if picture.mode == "I;16":
        # Sixteen bits of a colour Pillow brings down to eight itself; of grey it would cut off all but the darkest.
        return picture.point(lambda shade: shade * (1 / 256)).convert("L")
    if picture.mode in _KEPT_MODES[format.reader] and "transparency" not in picture.info:
        return picture
    if format is formats.GIF:
        return picture if picture.mode == "P" else picture.convert("P")
    if format is formats.JPEG or not picture.has_transparency_data:
        return picture.convert("RGB")
    return picture.convert("RGBA")


def _head(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(64)
