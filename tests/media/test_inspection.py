import io
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from media.inspection.facts import Facts
from media.inspection.inspect import inspect
from tests.media import samples


def take_in(folder: Path, content: bytes) -> tuple[Facts, bytes]:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    (work / "source").write_bytes(content)
    facts = inspect(work / "source", work / "clean")
    return facts, (work / "clean").read_bytes()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_picture_is_known_by_its_content(tmp_path: Path, format: str) -> None:
    facts, clean = take_in(tmp_path, samples.encoded(format))
    assert (facts.mime, facts.width, facts.height) == (f"image/{format.lower()}", 64, 48)
    assert facts.bytes == len(clean)
    assert len(facts.sha256) == 64
    assert facts.colour.startswith("#")


def test_grey_of_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    shades = b"".join((row * 1024).to_bytes(2, "little") * 64 for row in range(64))
    facts, clean = take_in(tmp_path, samples.encoded("PNG", Image.frombytes("I;16", (64, 64), shades)))
    with Image.open(io.BytesIO(clean)) as picture:
        assert (picture.mode, [picture.getpixel((0, row)) for row in (0, 16, 32, 63)]) == ("L", [0, 64, 128, 252])
    assert facts.colour == "#7e7e7e"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_position_comments_and_trailers_are_gone(tmp_path: Path, format: str) -> None:
    content = samples.phone_photo(format)
    _facts, clean = take_in(tmp_path, content)
    assert b"SECRET" in content
    assert b"SECRET" not in clean
    with Image.open(io.BytesIO(clean)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(tmp_path: Path, format: str) -> None:
    facts, clean = take_in(tmp_path, samples.phone_photo(format))
    assert (facts.width, facts.height) == (48, 64)
    with Image.open(io.BytesIO(clean)) as picture:
        red, _green, blue = picture.convert("RGB").getpixel((40, 5))
        assert red > 200 > 100 > blue  # the red corner has moved from the left to the right


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_stays_one_without_its_notes(tmp_path: Path, format: str) -> None:
    facts, clean = take_in(tmp_path, samples.animation(format) + b"SECRET-TRAILER")
    assert facts.frames == 4
    assert facts.duration == pytest.approx(0.4)
    assert b"SECRET" not in clean
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.n_frames == 4


@pytest.mark.parametrize(
    ("extension", "mime"), [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm")]
)
def test_a_film_keeps_its_streams_only(tmp_path: Path, extension: str, mime: str) -> None:
    content = samples.film(extension)
    facts, clean = take_in(tmp_path, content)
    assert (facts.mime, facts.width, facts.height) == (mime, 64, 48)
    assert facts.duration == pytest.approx(1, abs=0.2)
    assert b"SECRET" in content
    assert b"SECRET" not in clean
    assert b"51.5140" not in clean


@pytest.mark.parametrize("extension", ["wav", "mp3", "ogg", "flac", "m4a"])
def test_a_sound_keeps_its_stream_only(tmp_path: Path, extension: str) -> None:
    facts, clean = take_in(tmp_path, samples.sound(extension))
    assert facts.kind == "audio"
    assert facts.duration == pytest.approx(1, abs=0.2)
    assert b"SECRET" not in clean


def test_a_wide_gamut_photo_becomes_srgb(tmp_path: Path) -> None:
    profile = __import__("PIL.ImageCms").ImageCms.ImageCmsProfile(
        __import__("PIL.ImageCms").ImageCms.createProfile("sRGB")
    )
    _facts, clean = take_in(tmp_path, samples.encoded("JPEG", icc_profile=profile.tobytes()))
    with Image.open(io.BytesIO(clean)) as picture:
        assert "icc_profile" not in picture.info


CAGED = """
import socket, sys
from pathlib import Path
from media.inspection import sandbox
if sys.argv[2] == "caged":
    sandbox.confine(Path(sys.argv[3]), memory=1 << 30, seconds=5, file_bytes=1 << 20)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 2)
    print("connected")
except OSError:
    print("alone")
try:
    open("/etc/passwd").read()
    print("read")
except OSError:
    print("closed")
"""


@pytest.mark.parametrize(("cage", "seen"), [("caged", ["alone", "closed"]), ("free", ["connected", "read"])])
def test_the_cage_holds_network_and_files(tmp_path: Path, cage: str, seen: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run([sys.executable, "-c", CAGED, port, cage, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.split() == seen
