"""The evil files: what people have tried elsewhere, made by a script, none of them kept in the repository."""

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests.media import samples

SCRIPT = b"<script>alert(document.domain)</script>"


def corpus(secret: Path, port: int) -> Iterator[tuple[str, bytes]]:
    yield from _bombs()
    yield from _wrong_formats()
    yield from _markup()
    yield from _polyglots()
    yield from _playlists(secret, port)
    yield from _films()
    yield from _truncated()
    yield from _archives()


def png(width: int, height: int, *, rows: int = 0, extra: bytes = b"") -> bytes:
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(1 + width * 3)) for _ in range(rows)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _bombs() -> Iterator[tuple[str, bytes]]:
    yield "gigapixels.png", png(50_000, 50_000, rows=130)
    yield "tall.png", png(1, 2_000_000_000)
    yield "unpacks-to-822-mib.png", png(16_000, 16_000, rows=400)
    yield "zero.png", png(0, 0)
    squeezed = zlib.compress(bytes(1 << 28), 9)
    yield "text-bomb.png", png(8, 8, rows=8, extra=chunk(b"zTXt", b"a\0\0" + squeezed))
    yield "profile-bomb.png", png(8, 8, rows=8, extra=chunk(b"iCCP", b"a\0\0" + squeezed))
    yield "lying-idat.png", png(6_000, 6_000, rows=1)
    jpeg = bytearray(samples.encoded("JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 65_535, 65_535)
    yield "gigapixels.jpg", bytes(jpeg)
    webp = bytearray(samples.animation("WEBP"))
    webp[24:30] = b"\xff\xff\xff\xff\xff\xff"
    yield "gigapixels.webp", bytes(webp)
    gif = bytearray(samples.encoded("GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)
    yield "gigapixels.gif", bytes(gif)
    yield "million-frames.gif", _gif_frames(300_000)
    yield "big-frames.gif", _gif_frames(900, side=6_000)
    yield "avif-16k.avif", _patched(samples.encoded("AVIF"), b"ispe", 8, struct.pack(">II", 60_000, 60_000))
    yield "million-frames.png", _apng_frames(200_000)


def _gif_frames(count: int, side: int = 1) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6) + frame * count + b";"


def _apng_frames(count: int) -> bytes:
    control = chunk(b"acTL", struct.pack(">II", count, 0))
    frames = b"".join(chunk(b"fcTL", struct.pack(">IIIIIHHBB", n, 8, 8, 0, 0, 1, 100, 0, 0)) for n in range(count))
    return png(8, 8, rows=8, extra=control + frames)


def _patched(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = content.index(mark) + offset
    return content[:at] + value + content[at + len(value) :]


def _wrong_formats() -> Iterator[tuple[str, bytes]]:
    yield "fits.png", b"SIMPLE  =                    T" + b" " * 2850 + bytes(5760)
    yield "psd.png", b"8BPS" + struct.pack(">H6sHIIHH", 1, bytes(6), 3, 30_000, 30_000, 8, 3) + bytes(400)
    yield "tiff.png", samples.encoded("TIFF")
    yield "eps.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch /tmp/owned) (w) file\n"
    yield "dos-eps.png", b"\xc5\xd0\xd3\xc6" + bytes(600)
    for format in ("BMP", "ICO", "TGA", "PCX", "PPM", "SGI", "ICNS", "JPEG2000", "DDS"):
        image = samples.picture((32, 32))
        yield f"{format.lower()}.png", samples.encoded(format, image)
    yield "heic.jpg", struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(900)
    yield "elf.png", b"\x7fELF\x02\x01\x01" + bytes(500)
    yield "exe.jpg", b"MZ" + bytes(500)
    yield "shell.png", b"#!/bin/sh\nrm -rf /\n"
    yield "empty.png", b""
    yield "one-byte.png", b"\x89"
    yield "noise.mp4", bytes(range(256)) * 40
    yield "text.jpg", b"I am a picture, honestly.\n" * 40


def _markup() -> Iterator[tuple[str, bytes]]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
    yield "drawing.svg", svg
    yield "svg.png", b'<?xml version="1.0"?>\n<!-- hello -->' + svg
    entity = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
    yield "entity.svg", entity
    yield "page.gif", b"<!DOCTYPE html><html>" + SCRIPT
    yield "php.jpg", b"<?php system($_GET['c']); ?>"
    yield "document.png", b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj\n"


def _polyglots() -> Iterator[tuple[str, bytes]]:
    gif, jpeg, png_file = samples.encoded("GIF"), samples.encoded("JPEG"), samples.encoded("PNG")
    archive = _zip({"Evil.class": b"\xca\xfe\xba\xbe"})
    yield "gifar.gif", gif + archive
    yield "jpeg-zip.jpg", jpeg + archive
    yield "png-zip.png", png_file + archive
    yield "gif-script.gif", b"GIF89a/*" + gif[8:] + b"*/=1;" + SCRIPT
    yield "jpeg-comment.jpg", samples.encoded("JPEG", comment=b"<html>" + SCRIPT)
    yield "png-html.png", png_file + b"<html><body>" + SCRIPT
    yield "jpeg-pdf.jpg", samples.encoded("JPEG", comment=b"%PDF-1.4")
    yield "jpeg-php.jpg", samples.encoded("JPEG", comment=b"<?php phpinfo();")
    yield "mp4-zip.mp4", samples.film() + archive
    yield "wav-html.wav", samples.sound("wav") + b"<html>" + SCRIPT


def _playlists(secret: Path, port: int) -> Iterator[tuple[str, bytes]]:
    there = f"http://127.0.0.1:{port}/hit"
    hls = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
    for name, target in (
        ("file", f"file://{secret}"),
        ("concat", f"concat:{secret}|{secret}"),
        ("subfile", f"subfile,,start,0,end,64,,:{secret}"),
        ("http", there),
        ("crypto", f"crypto:{secret}"),
        ("gopher", f"gopher://127.0.0.1:{port}/x"),
    ):
        yield f"hls-{name}.mp4", hls.format(target).encode()
    yield "ffconcat.mp4", f"ffconcat version 1.0\nfile '{secret}'\n".encode()
    yield "concat-without-header.mp4", f"file '{secret}'\n".encode()
    mpd = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{}</BaseURL></Period></MPD>'
    yield "dash.mp4", mpd.format(there).encode()
    yield "dash-declared.mp4", b'<?xml version="1.0"?>' + mpd.format(there).encode()
    yield "sdp.mp4", f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n".encode()
    yield "padded-hls.mp4", b"\x00\x00\x00\x18ftypmp42" + hls.format(there).encode()
    yield "hls-behind-id3.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x00" + hls.format(f"file://{secret}").encode()
    yield "hls-in-webm.webm", b"\x1aE\xdf\xa3\x93B\x82\x84webm" + hls.format(f"file://{secret}").encode()
    yield "hls-in-avi.avi", b"RIFF\x00\x10\x00\x00AVI LIST" + hls.format(there).encode()
    yield "external-data.mov", _external_data(secret)


def _external_data(secret: Path) -> bytes:
    """A QuickTime file whose data reference says: my samples are in that other file."""
    film = samples.film("mov")
    return film.replace(b"\x00\x00\x00\x0curl \x00\x00\x00\x01", b"\x00\x00\x00\x0curl \x00\x00\x00\x00").replace(
        b"mdat", b"free"
    )


def _films() -> Iterator[tuple[str, bytes]]:
    film = samples.film()
    at = film.index(b"mvhd")
    scale = struct.unpack(">I", film[at + 16 : at + 20])[0]
    track = film.index(b"tkhd")
    long = film[: at + 20] + struct.pack(">I", 36_000 * scale) + film[at + 24 :]
    long = long[: track + 24] + struct.pack(">I", 36_000 * scale) + long[track + 28 :]
    media = long.index(b"mdhd")
    rate = struct.unpack(">I", long[media + 16 : media + 20])[0]
    yield "ten-hours.mp4", long[: media + 20] + struct.pack(">I", 36_000 * rate) + long[media + 24 :]
    yield "16k.mp4", samples.film(seconds=0.1, size="8208x16")
    yield "many-tracks.mp4", samples.film(extra=("-map", "0:v", *("-map", "1:a") * 12))
    yield "matroska.mp4", samples.film("mkv")
    yield "avi.mp4", samples.film("avi")
    yield "ten-hours.wav", _patched(samples.sound("wav"), b"data", 4, struct.pack("<I", 0xFFFFFFF0))
    yield "only-a-header.mp4", film[: film.index(b"mdat")]
    yield "loop-of-boxes.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08moov" * 20_000
    yield (
        "nested-boxes.mp4",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
        + b"".join(struct.pack(">I", 80_000 - 8 * n) + b"moov" for n in range(9_000)),
    )


def _truncated() -> Iterator[tuple[str, bytes]]:
    for format in ("PNG", "JPEG", "WEBP", "GIF", "AVIF"):
        content = samples.encoded(format, Image.effect_noise((200, 200), 90).convert("RGB"))
        yield f"half.{format.lower()}", content[: len(content) // 2]
    for format in ("GIF", "WEBP", "PNG"):
        content = samples.animation(format, 12)
        yield f"half-animation.{format.lower()}", content[: len(content) // 2]
    for name in ("mp4", "mov"):
        content = samples.film(name, seconds=2)
        yield f"half.{name}", content[: len(content) // 2]
        fast = samples.film(name, seconds=3, extra=("-movflags", "+faststart"))
        yield f"half-faststart.{name}", fast[: len(fast) // 2]
    webm = samples.film("webm", seconds=3)
    yield "half.webm", webm[: len(webm) // 2]
    wave = samples.sound("wav", 10)
    yield "half.wav", wave[: len(wave) // 2]
    for name in ("flac", "m4a"):
        content = samples.sound(name, 10)
        yield f"half.{name}", content[: len(content) // 2]
    yield "head-only.ogg", samples.sound("ogg")[:40]
    yield "head-only.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00"


def _archives() -> Iterator[tuple[str, bytes]]:
    yield "zip-slip.png", _zip({"../../../../etc/cron.d/evil": b"* * * * * root id\n"})
    yield "quine.zip", _zip({"a": bytes(1 << 20)})
    yield "model.safetensors", pickle.dumps({"weights": [1, 2, 3]}, protocol=2)
    yield (
        "reduce.safetensors",
        b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
    )
    yield "torch.safetensors", _zip({"archive/data.pkl": pickle.dumps(1)})
    yield "gzip.png", b"\x1f\x8b\x08" + bytes(400)
    yield "rar.jpg", b"Rar!\x1a\x07\x01\x00" + bytes(200)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


NAMES = (
    "../../../etc/passwd.png", "..\\..\\boot.ini.png", "/etc/shadow.png", "a\0b.png", "a\r\nSet-Cookie: x=1.png",
    "\u202egnp.exe", "x" * 300 + ".png", "", ".", "..", "CON.png", "a/b/c.png", '"><img src=x>.png', "\ud800.png",
    "%2e%2e%2fx.png", ";rm -rf ~.png", "$(id).png", "a\x1b[2Jb.png",
)  # fmt: skip
