"""A private folder for one file on its way, gone afterwards; on the disk of the arrivals, so that moving is linking."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from media.errors import StorageFailed

PREFIX = "work-"
NO_ROOM = _("There is no room for this file right now. Try again later.")


@contextmanager
def workspace() -> Iterator[Path]:
    try:
        settings.MEDIA_ARRIVALS.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=settings.MEDIA_ARRIVALS, prefix=PREFIX)
    except OSError as error:
        raise no_room(error) from error
    with folder as place:
        yield Path(place)


def no_room(error: OSError) -> StorageFailed:
    return StorageFailed(str(NO_ROOM), retry_after=60, log=repr(error))
