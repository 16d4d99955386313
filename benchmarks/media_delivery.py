"""A film of 100 MB in and out: up in pieces and cut in the middle, down through nginx against FileResponse; thumbnails.

    python -m benchmarks.media_delivery [megabytes]

A real granian as in production, a real nginx in front as docs/operating.md says, clients in this process on the same
cores; downloads are counted and thrown away by the kernel, so that the client costs little. Arms interleaved, medians.
CPU is what the servers' processes used.
"""

import io
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psutil
import requests
from django.conf import settings
from PIL import Image

from benchmarks import house, nginx

MEGA = 1_000_000
PIECE = 25 * MEGA
PICTURES = 24


def main(megabytes: int) -> None:
    program = nginx.found()
    with house.house(), ExitStack() as running:
        [(user, key)] = house.people(1)
        port, app = running.enter_context(_granian())
        found = _uploaded(port, key, _film(megabytes * MEGA))
        asset = found.pop("asset")
        if program is None:
            found["nginx"] = "not here and not to be had: delivery was not measured"
        else:
            front, proxy = running.enter_context(nginx.nginx(program, port, settings.MEDIA_ROOT))
            found |= _ranges(front, key, asset)
            for size, one, rounds in (("100 MB", asset, 7), ("1 GB", _long_film(user), 3)):
                figures = _delivered(front, port, key, one, [app, proxy], rounds)
                found |= {f"{size}: {name}": value for name, value in figures.items()}
        found |= _thumbnails(user)
        house.report("media_delivery", found)


@contextmanager
def _granian() -> Iterator[tuple[int, int]]:
    port = nginx.free_port()
    serve = [
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--blocking-threads",
        "8",
        "--log-level",
        "error",
    ]
    how = {"DJANGO_SETTINGS_MODULE": "benchmarks.media_settings", "MEDIA_DELIVERY": "accel"}
    with house.started([*serve, "klikyai.wsgi:application"], **how) as process:
        house.until(lambda: _answers(port))
        yield port, process.pid


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def _film(size: int) -> bytes:
    """Noise does not compress, so a few seconds weigh a hundred megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.mp4"
        source = ["-f", "lavfi", "-i", "nullsrc=s=960x540:r=24,geq=random(1)*255:128:128", "-t", "1"]
        still = ["-c:v", "mpeg4", "-q:v", "2", str(file)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *still], check=True)
        again = ["-stream_loop", "-1", "-i", str(file), "-c", "copy", "-fs", str(size), str(file.with_name("y.mp4"))]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *again], check=True)
        return file.with_name("y.mp4").read_bytes()


def _uploaded(port: int, key: str, film: bytes) -> dict[str, Any]:
    at, headers = f"http://127.0.0.1:{port}/api/v1/uploads", {"Authorization": f"Bearer {key}"}
    started = time.perf_counter()
    url = requests.post(at, headers=headers | {"Upload-Length": str(len(film))}, timeout=60).headers["Location"]
    _send(url, headers, film, 0, PIECE)
    _cut(url, port, key, film, PIECE)
    again = int(requests.head(url, headers=headers, timeout=60).headers["Upload-Offset"])
    assert again >= PIECE
    for offset in range(again, len(film), PIECE):
        answer = _send(url, headers, film, offset, PIECE)
    taken = time.perf_counter() - started
    return {
        "megabytes": round(len(film) / MEGA, 1),
        "uploaded, cut once, checked and in the library, s": round(taken, 2),
        "upload goal 5 s": "met" if taken <= 5 else "NOT MET",
        "sent again after the cut, MB": round(max(0, PIECE * 3 // 2 - again) / MEGA, 1),
        "asset": answer.headers["Upload-Asset"],
    }


def _send(url: str, headers: dict[str, str], film: bytes, offset: int, size: int) -> requests.Response:
    more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    answer = requests.patch(url, film[offset : offset + size], headers=headers | more, timeout=60)
    assert answer.status_code == 204, answer.text
    return answer


def _cut(url: str, port: int, key: str, film: bytes, offset: int) -> None:
    """A piece is announced, half of it is sent, and the line is gone."""
    place = url.split("/", 3)[3]
    lines = [f"PATCH /{place} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {key}"]
    lines += [f"Upload-Offset: {offset}", "Content-Type: application/offset+octet-stream", f"Content-Length: {PIECE}"]
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + film[offset : offset + PIECE // 2])
        house.until(lambda: _unsent(line) == 0)


def _unsent(line: socket.socket) -> int:
    import array
    import fcntl
    import termios

    waiting = array.array("i", [0])
    fcntl.ioctl(line, termios.TIOCOUTQ, waiting)
    return waiting[0]


def _ranges(front: int, key: str, asset: str) -> dict[str, Any]:
    url, headers = f"http://127.0.0.1:{front}/api/v1/assets/{asset}/content", {"Authorization": f"Bearer {key}"}
    whole = requests.get(url, headers=headers, timeout=60)

    def ask(wanted: str, **more: str) -> requests.Response:
        return requests.get(url, headers=headers | {"Range": wanted} | more, timeout=60)

    size, mark = len(whole.content), whole.headers["ETag"]
    right = {
        "206 from the middle": (ask("bytes=1000-1999").status_code, ask("bytes=1000-1999").content)
        == (206, whole.content[1000:2000]),
        "206 of the end": ask("bytes=-7").content == whole.content[-7:],
        "416 beyond the end": ask(f"bytes={size}-").headers.get("Content-Range") == f"bytes */{size}",
        "If-Range of another file": ask("bytes=0-1", **{"If-Range": '"other"'}).status_code == 200,
        "304": requests.get(url, headers=headers | {"If-None-Match": mark}, timeout=60).status_code == 304,
        "private": whole.headers["Cache-Control"] == "private, no-store",
        "nosniff": whole.headers["X-Content-Type-Options"] == "nosniff",
        "sandboxed": "sandbox" in whole.headers["Content-Security-Policy"],
        "not without the key": requests.get(url, timeout=60).status_code == 401,
        "not by its place": requests.get(url.split("/api")[0] + "/protected/", timeout=60).status_code == 404,
    }
    wrong = [name for name, is_right in right.items() if not is_right]
    return {f"behind nginx, {len(right)} rules": f"NOT: {wrong}" if wrong else "all kept"}


def _long_film(user: Any) -> str:
    from media.models import Asset

    asset = Asset.objects.create(
        user=user, path="outputs/long.mp4", kind="video", mime="video/mp4", bytes=1 << 30, sha256="0" * 64,
        origin="job:1", ready=True,
    )  # fmt: skip
    place = Path(settings.MEDIA_ROOT) / asset.path
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        file.truncate(asset.bytes)
    with place.open("rb") as file:  # into memory, where all arms read it
        while file.read(1 << 20):
            pass
    return str(asset.public_id)


def _delivered(front: int, port: int, key: str, asset: str, servers: list[int], rounds: int) -> dict[str, Any]:
    ours, twin = f"/api/v1/assets/{asset}/content", f"/file/{asset}"
    arms = {"ours": (front, ours), "FileResponse": (port, twin), "FileResponse behind nginx": (front, twin)}
    arms["nginx alone, asking nobody"] = (front, f"/open/{_place(asset)}")
    rates: dict[str, list[float]] = {name: [] for name in arms}
    costs: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(rounds):
        for name, (where, path) in arms.items():
            before, started = _cpu(servers), time.perf_counter()
            size = _swallowed(where, path, key)
            rates[name].append(size / MEGA / (time.perf_counter() - started))
            costs[name].append((_cpu(servers) - before) / (size / 1e9))
    speed = {name: statistics.median(values) for name, values in rates.items()}
    cost = {name: statistics.mean(values) for name, values in costs.items()}
    found: dict[str, Any] = {f"{name}, MB/s": round(value) for name, value in speed.items()}
    found |= {f"{name}, CPU s/GB": round(value, 3) for name, value in cost.items()}
    times = speed["ours"] / speed["FileResponse"]
    found["MB/s against FileResponse (goal 10 ×)"] = f"{times:.1f} ×, {'met' if times >= 10 else 'NOT MET'}"
    found["share of what nginx alone can"] = f"{speed['ours'] / speed['nginx alone, asking nobody']:.0%}"
    found["CPU against FileResponse"] = f"{cost['FileResponse'] / max(cost['ours'], 0.001):.1f} × less"
    return found


def _place(asset: str) -> str:
    from media.models import Asset

    return Asset.objects.get(public_id=asset).path


def _swallowed(port: int, path: str, key: str) -> int:
    """How much came. MSG_TRUNC: the kernel counts and drops it, and nothing is copied to us."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(asked.encode())
        head = line.recv(16_384)
        assert head.startswith(b"HTTP/1.1 200"), head
        room, got = bytearray(8 << 20), len(head) - head.index(b"\r\n\r\n") - 4
        while more := line.recv_into(room, len(room), socket.MSG_TRUNC):
            got += more
        return got


def _cpu(servers: list[int]) -> float:
    family = [process for pid in servers for process in (psutil.Process(pid), *psutil.Process(pid).children(True))]
    return sum(process.cpu_times().user + process.cpu_times().system for process in family)


def _thumbnails(user: Any) -> dict[str, Any]:
    """Photos of 12 megapixels: two likenesses each, in a cage; the twin is Pillow alone, both sizes from the whole."""
    from media.derivatives import make_likenesses
    from media.intake import accept_upload

    noise = Image.frombytes("RGB", (400, 300), random.Random(1).randbytes(360_000)).resize((4000, 3000))
    photos = []
    for number in range(PICTURES):
        noise.putpixel((0, 0), (number, 0, 0))
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=90)
        photos.append((accept_upload(user, io.BytesIO(out.getvalue()), f"{number}.jpg"), out.getvalue()))
    ours = _rate(lambda: [make_likenesses(asset) for asset, _content in photos])
    alone = _rate(lambda: [_plain(content) for _asset, content in photos])
    return {
        "thumbnails/s, caged, one worker": round(ours * 2, 1),
        "thumbnails/s, Pillow alone": round(alone * 2, 1),
    }


def _plain(content: bytes) -> None:
    for side in (640, 256):
        with Image.open(io.BytesIO(content)) as picture:
            picture.convert("RGB").resize((side, side * 3 // 4), Image.Resampling.LANCZOS).save(
                io.BytesIO(), "WEBP", quality=80
            )


def _rate(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return PICTURES / (time.perf_counter() - started)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[1])
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
