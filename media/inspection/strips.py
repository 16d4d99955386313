"""Animations are not encoded anew: only the blocks that make the picture are kept, all else is left behind."""

import zlib
from collections.abc import Callable, Iterator

from media.inspection import formats
from media.inspection.unfit import Unfit

_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"sRGB", b"gAMA", b"IEND"}
_WEBP_KEPT = {b"VP8X", b"ANIM", b"ANMF"}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_EXIF_ICC_XMP_FLAGS = 0b00101100


def strip_png(content: bytes) -> tuple[bytes, int]:
    kept = bytearray(content[:8])
    frames = 0
    for name, start, end in _png_chunks(content):
        frames = _counted(frames + (name == b"fcTL"))
        if name in _PNG_KEPT:
            kept += content[start:end]
    return bytes(kept), frames


def strip_webp(content: bytes) -> tuple[bytes, int]:
    kept = bytearray(b"WEBP")
    frames, at = 0, 12
    while at + 8 <= len(content):
        name = content[at : at + 4]
        end = at + 8 + int.from_bytes(content[at + 4 : at + 8], "little")
        end += end % 2
        if end > len(content):
            raise Unfit("truncated")
        frames = _counted(frames + (name == b"ANMF"))
        if name in _WEBP_KEPT:
            kept += _without_flags(content[at:end]) if name == b"VP8X" else content[at:end]
        at = end
        if at >= int.from_bytes(content[4:8], "little") + 8:
            break
    return b"RIFF" + len(kept).to_bytes(4, "little") + bytes(kept), frames


def strip_gif(content: bytes) -> tuple[bytes, int]:
    at = 13 + _colour_table(content[10])
    kept = bytearray(content[:at])
    frames = 0
    while True:
        block = content[at : at + 1]
        if block == b";":
            return bytes(kept) + b";", frames
        if block == b",":
            end = _after_blocks(content, at + 10 + _colour_table(content[at + 9]) + 1)
            frames = _counted(frames + 1)
            keep = True
        elif block == b"!":
            end = _after_blocks(content, at + 2)
            keep = content[at + 1] == 0xF9 or content[at + 3 : at + 14] == b"NETSCAPE2.0"
        else:
            raise Unfit("truncated")
        kept += content[at:end] if keep else b""
        at = end


def png_is_whole(content: bytes, width: int, height: int) -> bool:
    """Pillow paints what is missing black and says nothing."""
    depth, colour, interlaced = content[24], content[25], content[28]
    unpacked, got = zlib.decompressobj(), 0
    needed = height * (1 + (width * depth * _PNG_CHANNELS.get(colour, 1) + 7) // 8)
    for name, start, end in _png_chunks(content):
        rest = content[start + 8 : end - 4] if name == b"IDAT" else b""
        while rest and got < needed:
            got += len(unpacked.decompress(rest, 1 << 20))
            rest = unpacked.unconsumed_tail
    return bool(interlaced) or got >= needed


STRIPS: dict[formats.Format, Callable[[bytes], tuple[bytes, int]]] = {
    formats.PNG: strip_png,
    formats.WEBP: strip_webp,
    formats.GIF: strip_gif,
}


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    at, name = 8, b""
    while name != b"IEND":
        name = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if end > len(content) or len(name) < 4:
            raise Unfit("truncated")
        yield name, at, end
        at = end


def _without_flags(chunk: bytes) -> bytes:
    return chunk[:8] + bytes([chunk[8] & ~_EXIF_ICC_XMP_FLAGS]) + chunk[9:]


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    while at < len(content):
        size = content[at]
        at += size + 1
        if size == 0:
            return at
    raise Unfit("truncated")


def _counted(frames: int) -> int:
    if frames > formats.MAX_FRAMES:
        raise Unfit("frames")
    return frames
