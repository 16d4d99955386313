"""A private folder for one file on its way, gone afterwards; on the disk of the arrivals, so that moving is linking."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PREFIX = "work-"


@contextmanager
def workspace() -> Iterator[Path]:
    settings.MEDIA_ARRIVALS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.MEDIA_ARRIVALS, prefix=PREFIX) as folder:
        yield Path(folder)
