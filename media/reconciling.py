"""Files without a row and rows without a file, found and mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Sum
from django.utils import timezone

from media import direct, storage
from media.models import Asset, Derivative, Space, Upload
from media.storage import FOLDERS
from media.trash import UNFINISHED
from media.workspace import PREFIX

GRACE = timedelta(hours=1)  # a file younger than this may be waiting for its row


@dataclass
class Findings:
    files_without_row: list[str] = field(default_factory=list)
    rows_without_file: list[str] = field(default_factory=list)
    wrong_space: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        return [*self.files_without_row, *self.rows_without_file, *self.wrong_space]


def look(grace: timedelta = GRACE) -> Findings:
    before = timezone.now() - grace
    known = _known(Asset.objects.all(), Derivative.objects.all())
    arriving = set(Upload.objects.exclude(key="").values_list("key", flat=True))
    found = Findings()
    seen = set()
    for path in _files():
        seen.add(path)
        if path not in known | arriving and default_storage.get_modified_time(path) < before:
            found.files_without_row.append(path)
    found.rows_without_file = sorted(path for path in known - seen if not default_storage.exists(path))
    found.wrong_space = _wrong_space()
    return found


def mend(found: Findings) -> None:
    """A row without a file is told, not deleted: a backup may still have it."""
    stray = found.files_without_row
    # Asked again: a likeness is made anew under its old name.
    for path in set(stray) - _known(Asset.objects.filter(path__in=stray), Derivative.objects.filter(path__in=stray)):
        storage.remove(path)
    _sweep_arrivals()
    direct.sweep(timezone.now() - UNFINISHED)


def _known(*rows: "QuerySet[Asset] | QuerySet[Derivative]") -> set[str]:
    return {path for some in rows for path in some.values_list("path", flat=True)}


def tidy() -> None:
    """What upkeep calls."""
    mend(look())


def _files() -> Iterator[str]:
    waiting = list(FOLDERS)
    while waiting:
        folder = waiting.pop()
        try:
            folders, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        waiting += [f"{folder}/{name}" for name in folders]
        yield from (f"{folder}/{name}" for name in files if name)


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
