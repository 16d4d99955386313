"""What is this file? Told by its first bytes, never by its name."""

import re

from media.inspection import formats
from media.inspection.formats import Format
from media.inspection.unfit import Unfit

HEAD = 4096

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (rb"\x89PNG\r\n\x1a\n", formats.PNG),
    (rb"\xff\xd8\xff", formats.JPEG),
    (rb"GIF8[79]a", formats.GIF),
    (rb"RIFF....WEBP", formats.WEBP),
    (rb"RIFF....WAVE", formats.WAV),
    (rb"OggS\x00", formats.OGG),
    (rb"fLaC", formats.FLAC),
    (rb"ID3[\x02-\x04]", formats.MP3),
    (rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][^\xff]", formats.MP3),
    (rb"....(?:moov|mdat|wide|free|skip)", formats.MOV),
)
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (rb"PK[\x03\x05\x07]|7z\xbc\xaf|Rar!|\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd", "archive"),
    (rb"\x80[\x02-\x05](?:\x95|[\]}c(\x8c])", "pickle"),
    (rb"%PDF-", "document"),
    (rb"#EXTM3U|ffconcat|\[playlist\]|file\s+'", "playlist"),
    (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+svg|<svg)", "svg"),
    (rb"\s*(?:<\?xml[^>]*>\s*)?<(?:MPD|smil|playlist|asx)", "playlist"),
    (rb"\s*<(?:!doctype|html|script|\?php|\?xml|head|body)", "page"),
    (rb"8BPS|II\*\x00|MM\x00\*|SIMPLE  =|%!PS|\xc5\xd0\xd3\xc6|BM|\x00\x00\x01\x00", "picture_format"),
    (rb"MZ|\x7fELF|#!", "program"),
)
_BRANDS = {
    b"avif": formats.AVIF, b"avis": formats.AVIF, b"qt  ": formats.MOV,
    b"M4A ": formats.M4A, b"M4B ": formats.M4A,
}  # fmt: skip
_FILM_BRANDS = re.compile(rb"isom|iso[2-9a]|mp4[12]|avc1|M4V|MSNV|dash|3gp|f4v")
_HEIC = re.compile(rb"hei[cxms]|hev[cx]|mif1|msf1")


def sniff(head: bytes) -> Format:
    if head[4:8] == b"ftyp":
        return _base_media(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return _matroska(head)
    for signature, format in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return format
    for signature, reason in _REFUSED:
        if re.match(signature, head, re.DOTALL | re.IGNORECASE):
            raise Unfit(reason)
    raise Unfit("unknown" if head else "empty")


def _base_media(head: bytes) -> Format:
    size = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size, 4))]
    if known := next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None):
        return known
    if _FILM_BRANDS.match(brands[0]):
        return formats.MP4
    raise Unfit("heic" if _HEIC.match(brands[0]) else "unknown")


def _matroska(head: bytes) -> Format:
    if b"webm" in head[:64]:
        return formats.WEBM
    raise Unfit("matroska")
