"""Sends every evil file through the door and says what became of it. A process of its own, and a small one: what a
child of a large process weighs includes, for the kernel, what its parent weighed when it was forked."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(folder: Path, port: int, secret: str, step: int) -> None:
    # All of them need the settings, which are there only now.
    from rest_framework.test import APIClient

    from media.models import Asset
    from tests.media import evil, samples

    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    told = _upload(api, "honest.png", samples.encoded("PNG"))  # what a first call loads is no evil file's doing
    weight = _weight(resource.RUSAGE_SELF)
    files = list(evil.corpus(folder / "secret.ts", port))
    outcomes = [(name, *_upload(api, name, content)) for name, content in files[::step]]
    named = [(repr(name), *_upload(api, name, samples.encoded("PNG"))) for name in evil.NAMES[::step]]
    census = {
        "honest": told[0], "outcomes": outcomes, "named": named, "corpus": len(files),
        "largest_child": _weight(resource.RUSAGE_CHILDREN), "grown": _weight(resource.RUSAGE_SELF) - weight,
        "kept": [asset.name for asset in Asset.objects.all()],
    }  # fmt: skip
    sys.stdout.write(json.dumps(census))


def _upload(api: Any, name: str, content: bytes) -> tuple[int, float]:
    """Written by hand: a polite client would never send such names."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode(errors="surrogatepass")
    body = head + b'"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n--x--\r\n"
    started = time.monotonic()
    answer = api.generic("POST", "/api/v1/assets", body, content_type="multipart/form-data; boundary=x")
    return answer.status_code, time.monotonic() - started


def _weight(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss * 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.generation.settings")
    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
