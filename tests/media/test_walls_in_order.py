"""Every way of asking is read off an index in the order of the wall: what has to be sorted grows with the library."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from media.library import Wanted, wall
from media.models import Asset, Project, Tag, Tagging

WAYS = [
    {},
    {"starred": True},
    {"kind": "video"},
    {"project": "Sea"},
    {"tag": "sun"},
    {"origin": "upload"},
    {"trash": True},
]
NAMES = [next(iter(way), "all") for way in WAYS]


@pytest.fixture(autouse=True)
def only_indexes(photo: Asset) -> Iterator[None]:
    """On a small table the planner would rather sort; here it may not."""
    second = Asset.objects.get(pk=photo.pk)
    second.pk, second.public_id, second.path, second.origin = None, photo.user.public_id, "inputs/other", "job:1"
    second.save()
    sun = Tag.objects.create(user=photo.user, name="sun")
    for asset in (photo, second):
        Tagging.objects.create(asset=asset, tag=sun, created_at=asset.created_at)
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return


def plan(user: User, way: dict[str, object], **more: object) -> str:
    project, _made = Project.objects.get_or_create(user=user, name="Sea")
    asked = way | ({"project": project.public_id} if "project" in way else {})
    with CaptureQueriesContext(connection) as queries:
        wall(user, Wanted.model_validate(asked | more))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[-1]['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall() if "SubPlan" not in line)


def sorted_rows(told: str) -> bool:
    return "Sort Key: media_asset.created_at" in told or "Sort Key: media_tagging.created_at" in told


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_nothing_is_sorted(alice: User, way: dict[str, object]) -> None:
    assert not sorted_rows(plan(alice, way))


@pytest.mark.parametrize("index", ["asset_kind", "asset_project", "tagging_wall"])
def test_without_its_index_it_would_be(alice: User, index: str) -> None:
    way = {"asset_kind": {"kind": "video"}, "asset_project": {"project": "Sea"}, "tagging_wall": {"tag": "sun"}}[index]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
        if index != "tagging_wall":
            cursor.execute("DROP INDEX asset_wall")
    assert sorted_rows(plan(alice, way))


@pytest.mark.parametrize("way", [{}, {"tag": "sun"}], ids=["all", "tag"])
def test_the_next_page_begins_at_its_place(alice: User, way: dict[str, object]) -> None:
    first = wall(alice, Wanted.model_validate(way | {"limit": 1}))
    told = plan(alice, way, limit=1, cursor=first["pagination"]["next"])
    assert "Index Cond" in told
    assert "ROW(" in told
    rest = wall(alice, Wanted.model_validate(way | {"limit": 1, "cursor": first["pagination"]["next"]}))
    assert [item["id"] for item in rest["items"]] != [item["id"] for item in first["items"]]
    assert rest["pagination"]["next"] is None


def test_tags_are_shown_listed_and_taken_off(alice_api: APIClient, charlie_api: APIClient, photo: Asset) -> None:
    at = f"/api/v1/assets/{photo.public_id}"
    shown = alice_api.patch(at, {"tags": ["sea", "dune"]}, format="json").json()["data"]
    assert shown["tags"] == ["dune", "sea"]
    [listed] = alice_api.get("/api/v1/assets?tag=sea").json()["data"]["items"]
    assert listed["tags"] == shown["tags"]
    assert alice_api.get("/api/v1/tags").json()["data"]["items"] == ["dune", "sea", "sun"]
    assert charlie_api.get("/api/v1/tags").json()["data"]["items"] == []
    alice_api.patch(at, {"tags": []}, format="json")
    assert alice_api.get("/api/v1/assets?tag=sea").json()["data"]["items"] == []
    assert alice_api.get("/api/v1/tags").json()["data"]["items"] == ["sun"]
