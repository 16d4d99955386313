"""A bell that was lost is rung again, once there was time to answer the first."""

import socket
import time
from datetime import timedelta

import django_rq
import pytest
from django.utils import timezone
from django_rq.settings import QUEUES
from pytest_django import Settings

from accounts import limits
from media.derivatives import make_likenesses
from media.models import Asset, Derivative
from media.ringing import ring, ring_again


@pytest.fixture(autouse=True)
def silent(db: None, photo: Asset) -> None:
    django_rq.get_queue("media").empty()


def age(minutes: int) -> None:
    Asset.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_a_lost_bell_is_rung_again(transactional_db: None, photo: Asset) -> None:
    age(11)
    assert ring_again() == 1
    [job] = django_rq.get_queue("media").jobs
    assert job.args == [str(photo.public_id)]


def test_half_made_likenesses_are_rung_for(photo: Asset) -> None:
    make_likenesses(photo)
    age(11)
    assert ring_again() == 0
    Derivative.objects.filter(variant="256").delete()
    assert ring_again() == 1


@pytest.mark.parametrize("minutes", [1, 60 * 13])
def test_neither_too_early_nor_for_ever(photo: Asset, minutes: int) -> None:
    age(minutes)
    assert ring_again() == 0


def test_not_for_what_was_thrown_away(photo: Asset) -> None:
    age(11)
    Asset.objects.update(trashed_at=timezone.now())
    assert ring_again() == 0


def test_a_redis_that_does_not_answer_holds_nobody_up(
    transactional_db: None, photo: Asset, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}"
        monkeypatch.setitem(QUEUES["media"], "URL", settings.REDIS_URL)
        monkeypatch.setattr(limits, "connection", limits.connection.__wrapped__)
        began = time.monotonic()
        ring(photo)
        assert time.monotonic() - began < 2.5
