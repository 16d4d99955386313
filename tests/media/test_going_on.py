"""From print to print in what was looked for, and back to it."""

import io

import pytest
from django.test import Client

from accounts.models import User
from media.intake import accept_upload
from media.models import Asset, Tag, Tagging
from tests.media import samples


@pytest.fixture
def four(alice: User, client: Client) -> list[Asset]:
    client.force_login(alice)
    files = [samples.encoded("PNG", samples.picture((40 + place, 40))) for place in range(4)]
    names = ["boat here.png", "tree here.png"] * 2
    made = [accept_upload(alice, io.BytesIO(file), name) for file, name in zip(files, names, strict=True)]
    for asset in made[1::2]:
        tag = Tag.objects.get_or_create(user=alice, name="green")[0]
        Tagging.objects.create(asset=asset, tag=tag, created_at=asset.created_at)
    return made


@pytest.mark.parametrize(
    ("query", "places"),
    [("", (2, 0)), ("?search=tree", (3, None)), ("?tag=green", (3, None)), ("?kind=nonsense", (2, 0))],
)
def test_the_neighbours_are_of_what_was_looked_for(
    four: list[Asset], client: Client, query: str, places: tuple[int, int | None]
) -> None:
    page = client.get(f"/library/{four[1].public_id}/{query}")
    newer, older = places
    assert page.context["newer"] == four[newer].public_id
    assert page.context["older"] == (None if older is None else four[older].public_id)
    kept = "" if "kind" in query else query
    assert f'href="/library/{kept}" rel="up"' in page.content.decode()
    assert f'href="/library/{four[newer].public_id}/{kept}"' in page.content.decode()


def test_what_is_done_with_a_print_leads_back(four: list[Asset], client: Client) -> None:
    there = f"/library/{four[1].public_id}"
    assert client.post(f"{there}/star/?search=tree")["Location"] == f"{there}/?search=tree"
    assert client.post(f"{there}/trash/?search=tree")["Location"] == "/library/?search=tree"
    assert client.post(f"{there}/trash/?nothing=tree")["Location"] == "/library/"
