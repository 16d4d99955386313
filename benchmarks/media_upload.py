"""100 MB of film in pieces over HTTP into a running server (tus), to the moment it is in the library.

python -m benchmarks.media_upload http://127.0.0.1:8000 klik_...
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg
import requests

SIZE = 100_000_000
PIECE = 25_000_000


def main(address: str, key: str) -> None:
    content = _film()
    headers = {"Authorization": f"Bearer {key}"}
    started = time.perf_counter()
    place = requests.post(
        f"{address}/api/v1/uploads", headers=headers | {"Upload-Length": str(len(content))}, timeout=60
    )
    url = place.headers["Location"]
    for at in range(0, len(content), PIECE):
        more = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        answer = requests.patch(url, content[at : at + PIECE], headers=headers | more, timeout=60)
        assert answer.status_code == 204, answer.text
    uploaded = time.perf_counter() - started
    asset = answer.headers["Upload-Asset"]
    started = time.perf_counter()
    back = requests.get(f"{address}/api/v1/assets/{asset}/content", headers=headers, timeout=60).content
    fetched = time.perf_counter() - started
    speed = round(len(back) / 1e6 / fetched)
    print(json.dumps({"megabytes": len(content) / 1e6, "upload_s": round(uploaded, 2), "stream_mb_s": speed}))


def _film() -> bytes:
    """Noise does not compress, so a few seconds weigh a hundred megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.mp4"
        source = ["-f", "lavfi", "-i", "nullsrc=s=960x540:r=24,geq=random(1)*255:128:128"]
        how = ["-c:v", "mpeg4", "-q:v", "2", "-fs", str(SIZE), str(file)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, *how], check=True)
        return file.read_bytes()


if __name__ == "__main__":
    main(*sys.argv[1:3])
