"""Honest files, made on the spot."""

import functools
import io
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, PngImagePlugin

LUDGATE_HILL = {1: "N", 2: (51.0, 30.0, 50.0), 3: "W", 4: (0.0, 6.0, 7.0)}


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.paste(Image.new(mode, (size[0] // 2, size[1] // 2), "red" if mode.startswith("RGB") else 200), (0, 0))
    return image


def encoded(format: str, image: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (image or picture()).save(out, format, **options)
    return out.getvalue()


def phone_photo(format: str = "JPEG") -> bytes:
    """Sideways, with a position, a comment and a thumbnail in its EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825).update(LUDGATE_HILL)
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0SECRET-COMMENT"
    options: dict[str, object] = {"exif": exif.tobytes() + b"SECRET-THUMBNAIL", "comment": b"SECRET-NOTE"}
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "SECRET-TEXT", zip=False)
        options = {"exif": exif, "pnginfo": info}
    return encoded(format, **options) + b"SECRET-TRAILER"


def animation(format: str, frames: int = 4) -> bytes:
    pictures = [Image.new("RGB", (32, 24), (40 * n % 256, 90, 10)) for n in range(frames)]
    options: dict[str, object] = {"comment": b"SECRET-NOTE"} if format == "GIF" else {"exif": b"Exif\0\0SECRET-EXIF"}
    return encoded(format, pictures[0], save_all=True, append_images=pictures[1:], duration=100, loop=0, **options)


@functools.cache
def film(extension: str = "mp4", seconds: float = 1, size: str = "64x48", extra: tuple[str, ...] = ()) -> bytes:
    codecs = {"webm": ["-c:v", "libvpx", "-c:a", "libvorbis"]}.get(extension, ["-c:v", "libx264", "-c:a", "aac"])
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=10", "-f", "lavfi", "-i", "sine=440"]
    notes = ["-metadata", "location=+51.5140-000.1020/", "-metadata", "comment=SECRET-COMMENT"]
    return ffmpeg(extension, *source, "-t", str(seconds), *codecs, "-pix_fmt", "yuv420p", *notes, *extra)


@functools.cache
def sound(extension: str, seconds: float = 1) -> bytes:
    codec = {"m4a": "aac", "ogg": "libvorbis", "mp3": "libmp3lame", "flac": "flac", "wav": "pcm_s16le"}[extension]
    notes = ["-metadata", "title=SECRET-TITLE", "-metadata", "comment=SECRET-COMMENT"]
    return ffmpeg(extension, "-f", "lavfi", "-i", "sine=440", "-t", str(seconds), "-c:a", codec, *notes)


def ffmpeg(extension: str, *arguments: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"made.{extension}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, str(target)]
        subprocess.run(command, check=True)
        return target.read_bytes()
