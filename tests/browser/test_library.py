import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.test_sign_in import grave, wear
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
THUMBNAIL = samples.encoded("PNG")
CELLS = ".sheet-wall li"


def hang(user: User, count: int) -> None:
    now = timezone.now()
    prompts = ("a red boat", "<img src=x onerror=alert(1)>")
    Asset.objects.bulk_create(
        Asset(
            user=user, kind="image", mime="image/png", path=f"none/{user.pk}/{n}", bytes=10, sha256="0" * 64,
            width=256, height=256, colour="#336699", origin=f"job:{n}", ready=True, name=f"frame {n}",
            prompt=prompts[n % 2], recipe={"prompt": prompts[n % 2]}, created_at=now - timedelta(seconds=n),
        )
        for n in range(count)
    )  # fmt: skip


@pytest.fixture
def sheet(page: Page, house: Served, alice: User) -> Page:
    """Rows without files: the pictures come from here, all else is real."""

    def answer(route: Route) -> None:
        route.fulfill(body=THUMBNAIL, content_type="image/png")

    page.route("**/content?variant=thumbnail", answer)
    enter(page, house, alice)
    return page


def test_two_thousand_frames_and_never_two_hundred_elements(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 2000)
    sheet.set_viewport_size({"width": 1440, "height": 900})
    sheet.goto(f"{house.url}/library/")
    most = 0
    for _wheel in range(400):
        sheet.mouse.wheel(0, 4000)
        most = max(most, sheet.evaluate("document.querySelectorAll('.sheet-wall *').length"))
        if sheet.get_by_role("link", name="frame 1999").count():
            break
        sheet.wait_for_function("new Promise((done) => requestAnimationFrame(() => done(true)))")
    expect(sheet.get_by_role("link", name="frame 1999")).to_be_visible()
    assert 40 < most <= 200
    sheet.evaluate("scrollTo(0, 0)")
    expect(sheet.get_by_role("link", name="frame 0", exact=True)).to_be_visible()


def test_choose_throw_away_and_undo_by_keyboard(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 30)
    sheet.goto(f"{house.url}/library/")
    expect(sheet.locator(CELLS).first).to_be_visible()
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("ArrowRight")
    expect(sheet.get_by_role("link", name="frame 1", exact=True)).to_be_focused()
    sheet.keyboard.press("x")
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.press("Shift+X")
    expect(sheet.get_by_text("3 chosen")).to_be_visible()
    sheet.keyboard.press("Delete")
    expect(sheet.get_by_text("In the trash for 30 days: 3.")).to_be_visible()
    expect(sheet.get_by_role("link", name="frame 2", exact=True)).to_have_count(0)
    assert Asset.objects.exclude(trashed_at=None).count() == 3
    sheet.keyboard.press("z")
    expect(sheet.get_by_role("link", name="frame 2", exact=True)).to_be_visible()
    sheet.keyboard.press("s")
    expect(sheet.locator("li.starred")).to_have_count(1)
    sheet.keyboard.press("?")
    expect(sheet.get_by_role("heading", name="Keys")).to_be_visible()
    assert not Asset.objects.exclude(trashed_at=None).exists()


def test_search_finds_words_of_the_prompt_and_stays_in_the_address(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 10)
    sheet.goto(f"{house.url}/library/")
    sheet.keyboard.press("/")
    sheet.keyboard.type("boat")
    expect(sheet.locator(CELLS)).to_have_count(5)
    assert "search=boat" in sheet.url
    sheet.reload()
    expect(sheet.locator(CELLS)).to_have_count(5)
    sheet.get_by_label("Search names and prompts").fill("nowhere")
    expect(sheet.get_by_role("heading", name="Nothing like that is here.")).to_be_visible()


def test_a_dropped_file_lies_on_the_sheet(sheet: Page, house: Served, alice: User) -> None:
    sheet.goto(f"{house.url}/library/")
    expect(sheet.get_by_role("heading", name="Your contact sheet is blank.")).to_be_visible()
    sheet.locator("#file").set_input_files({"name": "cat.png", "mimeType": "image/png", "buffer": THUMBNAIL})
    expect(sheet.get_by_role("link", name="cat.png")).to_be_visible()
    expect(sheet.get_by_text("Added: 1.")).to_be_visible()


def test_one_refused_file_keeps_no_other_out(sheet: Page, house: Served, alice: User) -> None:
    sheet.goto(f"{house.url}/library/")
    given = [
        ("cat.png", THUMBNAIL),
        ("broken.png", b"no picture"),
        ("dog.png", samples.encoded("PNG", samples.picture((40, 40)))),
    ]
    chooser = sheet.locator("#file")
    chooser.set_input_files([{"name": name, "mimeType": "image/png", "buffer": buffer} for name, buffer in given])
    expect(sheet.locator(".toast")).to_contain_text("Added: 2. broken.png: ")
    expect(sheet.locator(CELLS)).to_have_count(2)
    expect(chooser).to_have_value("")  # the same files again are a choice again
    sheet.complaints.clear()  # type: ignore[attr-defined]  # the refusal


def test_a_star_that_was_refused_goes_out_again(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 3)
    Asset.objects.filter(name="frame 1").update(starred=True)
    sheet.goto(f"{house.url}/library/")
    sheet.route("**/api/v1/assets", lambda route: route.abort())
    expect(sheet.locator("li.starred")).to_have_count(1)
    sheet.keyboard.press("ControlOrMeta+a")
    sheet.keyboard.press("s")
    expect(sheet.locator(".toast")).to_contain_text("no line to the server")
    expect(sheet.locator("li.starred")).to_have_count(1)
    sheet.complaints.clear()  # type: ignore[attr-defined]  # the cut


def test_a_key_held_down_throws_one_frame_away(sheet: Page, house: Served, alice: User) -> None:
    hang(alice, 5)
    sheet.goto(f"{house.url}/library/")
    expect(sheet.locator(CELLS)).to_have_count(5)
    sheet.keyboard.press("ArrowRight")
    for _down in range(3):
        sheet.keyboard.down("Delete")
    sheet.keyboard.up("Delete")
    expect(sheet.get_by_text("In the trash for 30 days: 1.")).to_be_visible()
    expect(sheet.locator(CELLS)).to_have_count(4)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_sheet_is_accessible(sheet: Page, house: Served, alice: User, theme: str) -> None:
    hang(alice, 40)
    wear(sheet, house, theme)
    for width in (360, 1440):
        sheet.set_viewport_size({"width": width, "height": 900})
        for query in ("", "?trash=true"):
            assert grave(sheet, f"{house.url}/library/{query}") == []
