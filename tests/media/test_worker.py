"""The worker that `make run` starts takes what an upload rang for."""

import io
import os
import subprocess

import django_rq
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from klikyai.programs import programs
from media.intake import accept_upload
from media.models import Derivative
from tests.media import samples

_TEST = {"DJANGO_SETTINGS_MODULE": "klikyai.settings.test"}


@pytest.mark.processes
def test_a_real_worker_makes_the_thumbnails(transactional_db: None, alice: User) -> None:
    asset = accept_upload(alice, io.BytesIO(samples.encoded("PNG")), "x.png")
    assert django_rq.get_queue("media").count == 1
    [command] = [program.command for program in programs("127.0.0.1", 0) if program.name == "media"]
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}"
    where = {"DATABASE_URL": url, "VAR_DIR": str(settings.MEDIA_ROOT.parent)}
    subprocess.run([*command, "--burst"], env=os.environ | where | _TEST, check=True, timeout=60, capture_output=True)
    assert Derivative.objects.filter(asset=asset).count() == 2
