"""A large film from the page itself: in pieces, with the line cut in between, and only the rest is sent again."""

import os

import pytest
from playwright.sync_api import Page, Request, Route, expect

from accounts.models import User
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_cut_line_costs_one_piece(page: Page, house: Served, alice: User) -> None:
    song = samples.sound("wav", 200)
    offsets: list[int] = []

    def cut_the_second(route: Route) -> None:
        if route.request.method == "PATCH" and len(offsets) == 1:
            offsets.append(-1)
            route.abort()
        else:
            route.continue_()

    def note(request: Request) -> None:
        if request.method == "PATCH" and (len(offsets) != 1 or -1 in offsets):
            offsets.append(int(request.headers["upload-offset"]))

    page.on("requestfinished", note)
    page.route("**/api/v1/uploads/*", cut_the_second)
    enter(page, house, alice)
    page.goto(f"{house.url}/library/")
    page.set_input_files("#file", {"name": "sông.wav", "mimeType": "audio/wav", "buffer": song})
    expect(page.get_by_text("Added: 1.")).to_be_visible(timeout=60_000)
    assert Asset.objects.get().name == "sông.wav"
    assert offsets == [0, -1, 8 << 20, 16 << 20]
    page.complaints.clear()  # type: ignore[attr-defined]  # the cut itself, and a likeness that nobody draws here
