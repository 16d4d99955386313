"""Files and rows stay together: whatever fails in between, nothing half is seen and space is given back."""

import errno
import io
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from media import trash
from media.derivatives import make_likenesses
from media.errors import StorageFailed
from media.intake import accept_upload, keep_output
from media.models import Asset, Derivative, Space
from media.reconciling import look, mend, strays, tidy
from media.tasks import derive
from tests.media import samples
from tests.media.conftest import files_in

NOW = timedelta(0)


@pytest.mark.parametrize(
    ("content", "variants"),
    [
        (samples.encoded("PNG", samples.picture((900, 700))), {"640", "256"}),
        (samples.film(), {"640", "256", "poster", "preview"}),
        (samples.sound("mp3"), {"waveform"}),
    ],
)
def test_likenesses_are_made_once(alice: User, own_storage: Path, content: bytes, variants: set[str]) -> None:
    asset = accept_upload(alice, io.BytesIO(content), "x")
    derive(str(asset.public_id))
    derive(str(asset.public_id))
    assert {made.variant for made in asset.derivatives.all()} == variants
    assert len(files_in(own_storage)) == len(variants) + 1
    assert look(NOW).all() == []


def test_a_sound_shows_its_wave_on_the_wall(alice: User, alice_api: APIClient) -> None:
    sound = accept_upload(alice, io.BytesIO(samples.sound("mp3")), "x.mp3")
    at = f"/api/v1/assets/{sound.public_id}/content?variant=thumbnail"
    assert alice_api.get(at).status_code == 404
    make_likenesses(sound)
    assert alice_api.get(at)["Content-Type"] == "image/webp"


def test_what_is_thrown_away_is_gone_after_thirty_days(photo: Asset, own_storage: Path, transactional_db: None) -> None:
    make_likenesses(photo)
    trash.throw_away(photo)
    trash.empty_old()
    assert len(files_in(own_storage)) == 3
    Asset.objects.update(trashed_at=timezone.now() - timedelta(days=31))
    trash.empty_old()
    assert not Asset.objects.exists()
    assert not Derivative.objects.exists()
    assert files_in(own_storage) == []
    assert Space.objects.get().used == 0


def test_temporary_and_abandoned_files_go(alice: User, own_storage: Path, transactional_db: None) -> None:
    accept_upload(alice, io.BytesIO(samples.encoded("PNG")), "mask.png", folder="temp")
    keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe={}, attempt_token="stale")
    Asset.objects.update(keep_until=timezone.now())
    trash.empty_old()
    assert files_in(own_storage) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    alice: User, own_storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: FileSystemStorage, name: str, content: object) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(StorageFailed):
        accept_upload(alice, io.BytesIO(samples.encoded("PNG")), "x.png")
    assert not Asset.objects.exists()
    assert files_in(own_storage.parent) == []


def test_a_database_that_fails_takes_the_file_back(
    alice: User, own_storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(user: User, bytes: int) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Space, "take", broken)
    with pytest.raises(RuntimeError):
        accept_upload(alice, io.BytesIO(samples.encoded("PNG")), "x.png")
    assert files_in(own_storage) == []


def test_checkmedia_names_what_is_wrong(photo: Asset, own_storage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_storage / "inputs" / "stray.png").write_bytes(b"x")
    Space.objects.update(used=1)
    (own_storage / photo.path).unlink()
    with pytest.raises(CommandError):
        call_command("checkmedia", grace=0)
    told = capsys.readouterr().out
    assert "inputs/stray.png" in told
    assert photo.path in told
    assert "1 booked" in told


@pytest.mark.parametrize(
    ("number", "days", "left"),
    [(100, 8, 0), (100, 6, 100), (101, 8, 101)],
    ids=["what crashes left goes", "not before somebody could miss a row", "never a whole library"],
)
def test_upkeep_throws_away_little(db: None, own_storage: Path, number: int, days: int, left: int) -> None:
    then = time.time() - days * 24 * 3600
    for k in range(number):
        stray = own_storage / "outputs" / f"{k}.png"
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"x")
        os.utime(stray, (then, then))
    tidy()
    assert len(files_in(own_storage)) == left


NURSERY = """
import io, os, random, sys
import django
django.setup()
from accounts.models import User
from media.derivatives import make_likenesses
from media.intake import accept_upload, discard, keep_output
from media.models import Asset

def work(number, content):
    random.seed()
    user = User.objects.get(pk=number)
    while True:
        keep_output(user, "job:1", content, mime="image/png", recipe={}, attempt_token="t")
        os.write(1, b"r")
        if random.random() < 0.2:
            make_likenesses(accept_upload(user, io.BytesIO(content), "x.png"))
        discard(Asset.objects.filter(user=user))

content = open(sys.argv[2], "rb").read()
for _line in sys.stdin:
    child = os.fork()
    if child == 0:
        work(int(sys.argv[1]), content)
    os.write(1, f"{child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


@pytest.mark.processes
@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.nightly)])
def test_killed_writers_leave_no_orphans(transactional_db: None, alice: User, own_storage: Path, kills: int) -> None:
    write_and_kill(alice, own_storage, kills)
    mend(strays(NOW))
    found = look(NOW)
    assert found.rows_without_file == []
    assert found.files_without_row == []
    assert found.wrong_space == []


def write_and_kill(user: User, storage: Path, kills: int) -> None:
    """One process that knows everything already, and forks those who are to die."""
    picture = storage.parent / "x.png"
    picture.write_bytes(samples.encoded("PNG"))
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}",
        "VAR_DIR": str(storage.parent),
        "DJANGO_SETTINGS_MODULE": "klikyai.settings.test",
    }
    command = [sys.executable, "-c", NURSERY, str(user.pk), str(picture)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, bufsize=0, **pipes) as nursery:  # type: ignore[call-overload]
        for _ in range(kills):
            nursery.stdin.write(b"one\n")
            _kill_at_work(nursery.stdout)


def _kill_at_work(said: IO[bytes]) -> None:
    """It says its number and then, in any order with that, a letter for each file it kept."""
    told = b""
    while b"\n" not in told or b"r" not in told:
        told += said.read(1)
    time.sleep(random.uniform(0, 0.1))  # the moment of death is what varies here
    os.kill(int(told.replace(b"r", b"")), signal.SIGKILL)
    while b"dead\n" not in told:
        told += said.read(1)
