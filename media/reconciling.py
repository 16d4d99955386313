"""Files without a row and rows without a file, found and mended."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Sum
from django.utils import timezone

from media import direct, storage
from media.models import Asset, Derivative, Space, Upload
from media.trash import UNFINISHED
from media.workspace import PREFIX

log = logging.getLogger(__name__)

_AT_ONCE = 1000
_CROWD = 100  # more than crashes leave: rather somebody put another database under these files
_SPARED = timedelta(days=7)  # as long as it may take to see that a restored backup lacks the newest rows
GRACE = timedelta(hours=1)  # a file younger than this may be waiting for its row


@dataclass
class Findings:
    files_without_row: list[str] = field(default_factory=list)
    rows_without_file: list[str] = field(default_factory=list)
    wrong_space: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        return [*self.files_without_row, *self.rows_without_file, *self.wrong_space]


def look(grace: timedelta = GRACE) -> Findings:
    """Everything, for a person who asks: all names in memory at once."""
    rows = _rows(Asset.objects.all(), Derivative.objects.all())
    files = {path for path, _changed in storage.everything()}
    found = Findings(files_without_row=list(strays(grace)))
    found.rows_without_file = sorted(path for path in rows - files if not default_storage.exists(path))
    found.wrong_space = _wrong_space()
    return found


def strays(grace: timedelta = GRACE) -> Iterator[str]:
    """Files that no row knows, a thousand asked at a time."""
    before = timezone.now() - grace
    files = iter(storage.everything())
    while some := list(islice(files, _AT_ONCE)):
        known = _known([path for path, _changed in some])
        yield from (path for path, changed in some if path not in known and changed() < before)


def mend(found: Iterable[str]) -> None:
    """A row without a file is told, not deleted: a backup may still have it."""
    paths = iter(found)
    while some := list(islice(paths, _AT_ONCE)):
        # Asked again: a likeness is made anew under its old name.
        for path in set(some) - _known(some):
            storage.remove(path)
    _sweep_arrivals()
    direct.sweep(timezone.now() - UNFINISHED)


def tidy() -> None:
    """What upkeep calls, unasked and seen by nobody: so it is slower to throw away than a person who asks."""
    found = list(islice(strays(_SPARED), _CROWD + 1))
    if len(found) > _CROWD:
        log.error("over %d files have no row, so none is removed: is this their database?", _CROWD)
        found = []
    mend(found)


def _known(paths: list[str]) -> set[str]:
    rows = _rows(Asset.objects.filter(path__in=paths), Derivative.objects.filter(path__in=paths))
    return rows | set(Upload.objects.filter(key__in=paths).values_list("key", flat=True))


def _rows(*rows: "QuerySet[Asset] | QuerySet[Derivative]") -> set[str]:
    return {path for some in rows for path in some.values_list("path", flat=True)}


def _wrong_space() -> list[str]:
    counted = dict(Asset.objects.values_list("user_id").annotate(all=Sum("bytes")).order_by())
    booked = dict(Space.objects.values_list("user_id", "used"))
    people = counted.keys() | booked.keys()
    return [
        f"user {user}: {booked.get(user, 0)} booked, {counted.get(user, 0)} there"
        for user in sorted(people)
        if counted.get(user, 0) != booked.get(user, 0)
    ]


def _sweep_arrivals() -> None:
    before = (timezone.now() - UNFINISHED).timestamp()
    known = {str(public_id) for public_id in Upload.objects.values_list("public_id", flat=True)}
    for place in Path(settings.MEDIA_ARRIVALS).glob("*"):
        old = place.stat().st_mtime < before
        if old and place.name.startswith(PREFIX):
            for file in place.iterdir():
                file.unlink()
            place.rmdir()
        elif old and place.name not in known:
            place.unlink()
