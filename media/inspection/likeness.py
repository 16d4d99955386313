"""`python -m media.inspection.likeness SOURCE FOLDER`: draws the smaller likenesses of a clean file, caged as well."""

import json
import sys
from pathlib import Path

from PIL import Image

from media.inspection import sandbox
from media.inspection.films import demuxer, ffmpeg
from media.inspection.formats import Format
from media.inspection.pictures import check_size
from media.inspection.sniff import HEAD, sniff

SIDES = (640, 256)


def main(source: Path, folder: Path) -> None:
    Image.preinit()
    sandbox.confine(folder, memory=2 << 30, seconds=60, file_bytes=256 << 20)
    with source.open("rb") as file:
        format = sniff(file.read(HEAD))
    draw = {"image": _picture, "video": _film, "audio": _sound}[format.kind]
    json.dump(draw(source, folder, format), sys.stdout)


def _picture(source: Path, folder: Path, format: Format) -> dict[str, str]:
    return _smaller(source, folder, format.reader)


def _smaller(source: Path, folder: Path, reader: str) -> dict[str, str]:
    made = {}
    with Image.open(source, formats=[reader]) as picture:
        check_size(*picture.size)
        picture.draft("RGB", (SIDES[0] * 2, SIDES[0] * 2))
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        for side in SIDES:
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
            target = folder / f"{side}.webp"
            small.save(target, "WEBP", quality=80, method=3)
            made[str(side)] = target.name
    return made


def _film(source: Path, folder: Path, format: Format) -> dict[str, str]:
    frame, preview = folder / "frame.png", folder / "preview.mp4"
    reader = demuxer(format)
    ffmpeg(source, reader, "-map", "0:V:0", "-vf", "thumbnail=12,scale=min(1280\\,iw):-2", "-frames:v", "1", str(frame))
    small = ["-map", "0:V:0", "-an", "-t", "4", "-vf", "scale=320:-2,fps=12,format=yuv420p"]
    bare = ["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
    ffmpeg(source, reader, *small, "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", *bare, str(preview))
    with Image.open(frame, formats=["PNG"]) as picture:
        picture.convert("RGB").save(folder / "poster.webp", "WEBP", quality=82, method=3)
    made = {"poster": "poster.webp"} | _smaller(frame, folder, "PNG")
    return made | ({"preview": preview.name} if preview.exists() and preview.stat().st_size else {})


def _sound(source: Path, folder: Path, format: Format) -> dict[str, str]:
    wave = folder / "wave.png"
    drawing = ["-filter_complex", "[0:a:0]showwavespic=s=640x160:colors=#9aa0a6", "-frames:v", "1"]
    ffmpeg(source, demuxer(format), *drawing, str(wave))
    with Image.open(wave, formats=["PNG"]) as picture:
        picture.save(folder / "waveform.webp", "WEBP", lossless=True)
    return {"waveform": "waveform.webp"}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
