"""Film and sound: ffmpeg with the one reader we chose, streams copied, everything else left behind."""

import errno
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from media.inspection import formats
from media.inspection.facts import Facts
from media.inspection.formats import Format
from media.inspection.headers import check_header
from media.inspection.placeholder import Look, look_of
from media.inspection.unfit import Unfit

_FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()  # looked up while files can still be opened
_DEMUXER = {"mp4": "mov", "mov": "mov", "ipod": "mov", "webm": "matroska"}
_VIDEO = {"h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "prores", "mjpeg"}
_AUDIO = re.compile(r"aac|mp3|opus|vorbis|flac|alac|ac3|eac3|pcm_\w+")
_STREAM = re.compile(r"^  Stream #0:\d+.*?: (Video|Audio|Data|Subtitle|Attachment): (\w+)(.*)$", re.MULTILINE)
_SIZE = re.compile(r", (\d+)x(\d+)")
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_TURNED = re.compile(r"^      displaymatrix: rotation of -?(?:90|270)\.", re.MULTILINE)
_WITHOUT_NOTES = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
_MUXER_OPTIONS = {
    "mp4": ["-movflags", "+faststart"],
    "mov": ["-movflags", "+faststart"],
    "ipod": ["-movflags", "+faststart"],
    "mp3": ["-id3v2_version", "0", "-write_xing", "0"],
}


@dataclass(frozen=True)
class Probe:
    video: str | None
    audio: str | None
    width: int | None
    height: int | None
    duration: float | None


def clean_film(source: Path, target: Path, format: Format) -> Facts:
    check_header(source, format)
    probe = _probe(source, format)
    look = (
        _first_frame(source, format, target.with_name("frame.png")) if probe.video else Look(colour="", placeholder="")
    )
    seconds = _copy(source, target, format, probe)
    if seconds > formats.MAX_SECONDS:
        raise Unfit("duration")
    if probe.duration and seconds < probe.duration * 0.9 - 1:
        raise Unfit("truncated", f"{seconds:.1f} of {probe.duration:.1f} s")
    return Facts(format.mime, format.kind, probe.width, probe.height, duration=seconds, **look)


def ffmpeg(source: Path, reader: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Reader and protocol are fixed before the file is opened; a playlist inside finds no reader."""
    command = [_FFMPEG, "-hide_banner", "-nostdin", "-y", "-max_alloc", str(256 << 20)]
    allowed = ["-protocol_whitelist", "file", "-format_whitelist", reader, "-threads", "2", "-max_streams", "32"]
    where = ["-f", reader, "-i", f"file:{source}"]
    return subprocess.run([*command, *allowed, *where, *arguments], capture_output=True, text=True, errors="replace")


def demuxer(format: Format) -> str:
    return _DEMUXER.get(format.reader, format.reader)


def _probe(source: Path, format: Format) -> Probe:
    said = ffmpeg(source, demuxer(format)).stderr
    said = said[: said.rfind("At least one output file")]
    streams = [match.groups() for match in _STREAM.finditer(said)]
    if len(streams) > formats.MAX_TRACKS:
        raise Unfit("tracks")
    films = [(codec, rest) for kind, codec, rest in streams if kind == "Video" and "attached pic" not in rest]
    sounds = [codec for kind, codec, _ in streams if kind == "Audio"]
    if not (films if format.kind == "video" else sounds):
        raise Unfit("unreadable", "no usable stream")
    if format.kind == "audio":
        films = []
    _check_codecs([codec for codec, _ in films], sounds)
    width, height = _size(films[0][1], bool(_TURNED.search(said))) if films else (None, None)
    return Probe(
        films[0][0] if films else None, sounds[0] if sounds else None, width, height, _duration(_DURATION.search(said))
    )


def _check_codecs(films: list[str], sounds: list[str]) -> None:
    if not set(films) <= _VIDEO or not all(_AUDIO.fullmatch(codec) for codec in sounds):
        raise Unfit("codec", " ".join([*films, *sounds]))


def _size(line: str, turned: bool) -> tuple[int, int]:
    found = _SIZE.search(line)
    if found is None:
        raise Unfit("unreadable", "no size")
    width, height = int(found[1]), int(found[2])
    if max(width, height) > formats.MAX_VIDEO_SIDE or width * height > formats.MAX_PIXELS:
        raise Unfit("pixels", f"{width}x{height}")
    return (height, width) if turned else (width, height)


def _duration(found: re.Match[str] | None) -> float | None:
    if found is None:
        return None
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    if seconds > formats.MAX_SECONDS:
        raise Unfit("duration", f"{seconds:.0f} s")
    return seconds


def _first_frame(source: Path, format: Format, target: Path) -> Look:
    ffmpeg(
        source, demuxer(format), "-map", "0:V:0", "-frames:v", "1", "-vf", "scale=64:-2", "-f", "image2", str(target)
    )
    if not target.exists():
        raise Unfit("unreadable", "the first frame does not decode")
    with Image.open(target, formats=["PNG"]) as frame:
        look = look_of(frame)
    target.unlink()
    return look


def _copy(source: Path, target: Path, format: Format, probe: Probe) -> float:
    maps = (["-map", "0:V:0"] if probe.video else []) + (["-map", "0:a:0"] if probe.audio else [])
    filters = ["-bsf:v", _WITHOUT_NOTES[probe.video]] if probe.video in _WITHOUT_NOTES else []
    bare = ["-c", "copy", "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]
    options = _MUXER_OPTIONS.get(format.reader, [])
    done = ffmpeg(
        source, demuxer(format), *maps, *bare, *filters, *options,
        "-progress", "pipe:1", "-f", format.reader, str(target),
    )  # fmt: skip
    if "No space left on device" in done.stderr:
        raise OSError(errno.ENOSPC, "no room for the clean copy")
    times = re.findall(r"^out_time_us=(\d+)$", done.stdout, re.MULTILINE)
    if done.returncode or not times or not int(times[-1]):
        raise Unfit("truncated" if target.exists() else "unreadable", done.stderr[-300:])
    return int(times[-1]) / 1e6
