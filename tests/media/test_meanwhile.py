"""What somebody does while somebody else is at it: taking back while the trash is emptied, twice the last place."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from media import intake, trash
from media.derivatives import make_likenesses
from media.intake import accept_upload, keep_output, publish_outputs
from media.models import Asset, Derivative, Space, Upload
from media.reconciling import look
from tests.generation.processes import somebody_waits, until
from tests.media import samples
from tests.media.test_uploads import begin, send

LONG_AGO = timedelta(days=31)


def test_what_is_taken_back_while_the_trash_is_emptied_stays(
    photo: Asset, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    Asset.objects.update(trashed_at=timezone.now() - LONG_AGO)
    discard = intake.discard

    def late(assets: object) -> int:
        trash.take_back(photo)
        return discard(assets)

    monkeypatch.setattr(trash, "discard", late)
    assert trash.empty_old() == 0
    assert Asset.objects.get().trashed_at is None


def test_the_same_file_kept_for_good_outlives_its_day(alice: User, transactional_db: None) -> None:
    picture = samples.encoded("PNG")
    mask = accept_upload(alice, io.BytesIO(picture), "mask.png", folder="temp")
    assert mask.keep_until is not None
    accept_upload(alice, io.BytesIO(picture), "picture.png")
    assert Asset.objects.get().keep_until is None


def test_a_picture_in_the_library_does_not_become_temporary(photo: Asset, alice: User) -> None:
    accept_upload(alice, io.BytesIO(samples.phone_photo()), "mask.jpg", folder="temp")
    assert Asset.objects.get().keep_until is None


def test_a_made_film_is_delivered_as_it_was_cleaned(alice: User, alice_api: APIClient) -> None:
    film = samples.film()
    asset = keep_output(alice, "job:9", film, mime="video/mp4", recipe={}, attempt_token="t")
    publish_outputs("job:9", "t")
    content = b"".join(alice_api.get(f"/api/v1/assets/{asset.public_id}/content").streaming_content)
    assert (len(content), b"SECRET" in content) == (asset.bytes, False)
    assert default_storage.size(asset.path) == asset.bytes


def test_a_worker_killed_between_two_likenesses_finishes_later(photo: Asset) -> None:
    make_likenesses(photo)
    Derivative.objects.filter(variant="256").delete()
    make_likenesses(photo)
    assert set(photo.derivatives.values_list("variant", flat=True)) == {"256", "640"}


def test_a_finished_upload_takes_no_more_and_leaves_no_stray(alice_api: APIClient, own_storage: Path) -> None:
    content = samples.encoded("PNG")
    place = begin(alice_api, len(content), "x.png")
    assert send(alice_api, place, 0, content).status_code == 204
    assert send(alice_api, place, 0, content).status_code == 409
    assert list((own_storage.parent / "arrivals").glob("*")) == []


def test_announced_uploads_count_against_the_space(alice: User, alice_api: APIClient) -> None:
    Space.objects.create(user=alice, most=1000)
    begin(alice_api, 600)
    answer = alice_api.post("/api/v1/uploads", HTTP_UPLOAD_LENGTH="600")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    Upload.objects.all().delete()
    begin(alice_api, 600)


def test_the_plan_says_how_much_and_an_exception_says_more(alice: User, settings: Settings) -> None:
    settings.PLAN_STORAGE = f"{__name__}.tiny"
    space = Space.locked(alice) if connection.in_atomic_block else Space.objects.create(user=alice)
    assert space.limit == 7
    space.most = 9
    assert space.limit == 9


def tiny(user: User) -> int:
    return 7


TAKER = """
import io
import sys
import django
django.setup()
from accounts.errors import Refused
from accounts.models import User
from media import intake
from media.inspection.glance import glance
user = User.objects.get(pk=int(sys.argv[1]))
content = open(sys.argv[2], "rb").read()

def seen(source, clean):
    clean.write_bytes(source.read_bytes())
    return glance(clean.read_bytes())

intake.inspect = seen
print("ready", flush=True)
sys.stdin.readline()
kept = 0
for number in range(20):
    try:
        intake.accept_upload(user, io.BytesIO(content + f"{sys.argv[3]}{number:02}".encode()), "x.png")
        kept += 1
    except Refused:
        pass
print(kept, flush=True)
"""


@pytest.mark.processes
def test_the_last_place_is_given_once(transactional_db: None, alice: User, own_storage: Path) -> None:
    picture = own_storage.parent / "x.png"
    picture.write_bytes(samples.encoded("PNG"))
    Space.objects.create(user=alice, most=25 * (picture.stat().st_size + 3))
    processes = [_taker(alice, own_storage, picture, str(number)) for number in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=60)[0] for process in processes]
    assert sum(map(int, told)) == Asset.objects.count() == 25
    assert look(timedelta(0)).all() == []


def _taker(user: User, storage: Path, picture: Path, token: str) -> "subprocess.Popen[str]":
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    own = {
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}",
        "VAR_DIR": str(storage.parent),
        "DJANGO_SETTINGS_MODULE": "klikyai.settings.test",
    }
    command = [sys.executable, "-c", TAKER, str(user.pk), str(picture), token]
    return subprocess.Popen(
        command,
        env=os.environ | own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_the_same_tag_at_once_is_hung_up_once(alice_api: APIClient, photo: Asset, transactional_db: None) -> None:
    at, change = f"/api/v1/assets/{photo.public_id}", {"tags": ["sea"]}
    # So that neither waits for the other to make the tag, or to note when the key was used.
    for names in (["sea"], []):
        alice_api.patch(at, {"tags": names}, format="json")

    def rival() -> int:
        try:
            return alice_api.patch(at, change, format="json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert alice_api.patch(at, change, format="json").status_code == 200
            second = pool.submit(rival)
            until(lambda: somebody_waits() or second.done(), "the rival at the lock")
        assert second.result() == 200
    assert photo.tags.count() == 1
