"""Takes every evil file in and says what became of it. A process of its own, and a small one: what a child of a large
process weighs includes, for the kernel, what its parent weighed when it was forked."""

import json
import os
import resource
import sys
import time
from pathlib import Path

import django

from accounts.errors import Refused

REFUSALS = {"unsupported_media", "invalid_request", "too_large"}


def main(folder: Path, port: int) -> None:
    # Both need the settings, which are there only now.
    from media.inspection.inspect import inspect
    from tests.media import evil

    outcomes = []
    for name, content in evil.corpus(folder / "secret.ts", port):
        source, target = folder / "source", folder / "clean"
        source.write_bytes(content)
        started = time.monotonic()
        try:
            inspect(source, target)
            stored = True
        except Refused as refused:
            stored = refused.code not in REFUSALS or not refused.message
        outcomes.append((name, stored, time.monotonic() - started))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    sys.stdout.write(json.dumps({"outcomes": outcomes, "largest": largest}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.test")
    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]))
