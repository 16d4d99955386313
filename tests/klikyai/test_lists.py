"""Every list comes in pages, and refuses what it does not know."""

import pytest
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import Scope, User
from generation.models import Preset
from media import sharing
from media.models import Asset, Project

KINDS = ("keys", "links", "presets", "projects")


@pytest.fixture
def three(alice: User) -> dict[str, str]:
    """Three of each, and where they are listed."""
    asset = Asset.objects.create(user=alice, path="a", mime="image/png", kind="image", bytes=1, sha256="a", ready=True)
    for name in ("a", f"1{'🎨' * 119}", f"2{'🎨' * 119}"):
        api_keys.issue(alice, name[:60], Scope.values)
        sharing.share(asset, None)
        Preset.objects.create(user=alice, tool="text_to_image", name=name[:60])
        Project.objects.create(user=alice, name=name)
    return {kind: f"/api/v1/{kind}" for kind in KINDS} | {"links": f"/api/v1/assets/{asset.public_id}/links"}


def read(api: APIClient, at: str) -> list[str]:
    """One after the other."""
    found: list[str] = []
    query: dict[str, object] = {"limit": 1}
    while True:
        page = api.get(at, query).json()["data"]
        found += [item["id"] for item in page["items"]]
        if page["pagination"]["next"] is None:
            return found
        query["cursor"] = page["pagination"]["next"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_between_pages(kind: str, three: dict[str, str], alice_api: APIClient) -> None:
    everything = alice_api.get(three[kind]).json()["data"]
    assert everything["pagination"] == {"limit": 20, "next": None, "previous": None}
    ahead = read(alice_api, three[kind])
    assert ahead == [item["id"] for item in everything["items"]]
    assert len(ahead) == (4 if kind == "keys" else 3)
    numbered = alice_api.get(three[kind], {"page": 1, "limit": 2}).json()["data"]
    assert (len(numbered["items"]), numbered["pagination"]["total"]) == (2, len(ahead))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_refused(kind: str, three: dict[str, str], alice_api: APIClient) -> None:
    for query in ({"nonsense": 1}, {"limit": 0}, {"limit": 101}, {"cursor": "forged"}):
        assert alice_api.get(three[kind], query).status_code == 400
