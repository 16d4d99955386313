"""The allow-list. What is not here is not taken in, whatever its name says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    mime: str
    kind: str
    extension: str
    reader: str  # Pillow's format, or ffmpeg's demuxer and muxer


PNG = Format("image/png", "image", "png", "PNG")
JPEG = Format("image/jpeg", "image", "jpg", "JPEG")
WEBP = Format("image/webp", "image", "webp", "WEBP")
GIF = Format("image/gif", "image", "gif", "GIF")
AVIF = Format("image/avif", "image", "avif", "AVIF")
MP4 = Format("video/mp4", "video", "mp4", "mp4")
MOV = Format("video/quicktime", "video", "mov", "mov")
WEBM = Format("video/webm", "video", "webm", "webm")
M4A = Format("audio/mp4", "audio", "m4a", "ipod")
WAV = Format("audio/wav", "audio", "wav", "wav")
MP3 = Format("audio/mpeg", "audio", "mp3", "mp3")
OGG = Format("audio/ogg", "audio", "ogg", "ogg")
FLAC = Format("audio/flac", "audio", "flac", "flac")

ALL = (PNG, JPEG, WEBP, GIF, AVIF, MP4, MOV, WEBM, M4A, WAV, MP3, OGG, FLAC)
BY_MIME = {format.mime: format for format in ALL}

MEGA = 1_000_000
MAX_BYTES = {"image": 64 << 20, "video": 2 << 30, "audio": 512 << 20}
MAX_PIXELS = 40 * MEGA
MAX_SIDE = 16_384
MAX_VIDEO_SIDE = 8_192
MAX_FRAMES = 1_000
MAX_ANIMATED_PIXELS = 400 * MEGA
MAX_SECONDS = 2 * 3600.0
MAX_TRACKS = 8
