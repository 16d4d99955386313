"""Two studios may share one Redis server, by its numbers; each has a person number one."""

from typing import Any

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings as house

from accounts.models import User
from generation import broadcast
from klikyai import env
from tests.generation.live.conftest import aside


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("redis://:pass@host:6379/3", 3),
        ("redis://host", 0),
        ("rediss://host?db=4", 4),
        ("unix:///run/redis.sock?db=5", 5),
    ],
)
def test_a_studio_is_known_by_its_number(url: str, number: int) -> None:
    assert env.redis_number(url) == number


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_neighbour_hears_nothing_of_our_people(
    alice: User, settings: Any, monkeypatch: Any, guarded: bool
) -> None:
    neighbour = "asgi-neighbour"
    if not guarded:
        settings.CHANNEL_PREFIX = neighbour
    layer = RedisPubSubChannelLayer(hosts=[house.REDIS_URL], prefix=neighbour)
    channel = await layer.new_channel()
    await layer.group_add(broadcast.group(alice.pk), channel)
    assert await aside(broadcast.listens)(alice.pk) is not guarded
    await layer.flush()
