import io
import os

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from media.intake import accept_upload
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.test_sign_in import grave, wear
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prints(alice: User) -> list[Asset]:
    pictures = [samples.picture((64, 48 + n)) for n in range(3)]
    return [accept_upload(alice, io.BytesIO(samples.encoded("PNG", one)), f"{n}.png") for n, one in enumerate(pictures)]


def test_arrow_keys_go_from_print_to_print_and_escape_back_to_the_sheet(
    page: Page, house: Served, prints: list[Asset]
) -> None:
    enter(page, house, prints[0].user)
    page.goto(f"{house.url}/library/{prints[2].public_id}/")
    for key, name in (
        ("ArrowRight", "1.png"),
        ("ArrowRight", "0.png"),
        ("ArrowRight", "0.png"),
        ("ArrowLeft", "1.png"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.locator("body").dispatch_event("keydown", {"key": "Delete", "repeat": True})  # held since the print before
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Remove star")).to_be_visible()
    assert not Asset.objects.exclude(trashed_at=None).exists()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")


def test_a_print_in_the_trash_offers_only_the_way_back(page: Page, house: Served, prints: list[Asset]) -> None:
    enter(page, house, prints[0].user)
    page.goto(f"{house.url}/library/{prints[1].public_id}/")
    page.get_by_role("button", name="Delete").click()
    page.goto(f"{house.url}/library/{prints[1].public_id}/")
    expect(page.get_by_role("link", name="As it is")).to_have_count(0)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("link", name="As it is")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_light_table_is_accessible(page: Page, house: Served, prints: list[Asset], theme: str) -> None:
    enter(page, house, prints[0].user)
    wear(page, house, theme)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert grave(page, f"{house.url}/library/{prints[1].public_id}/") == []
