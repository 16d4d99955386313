"""What was chosen last is what is sent; what comes late, or is not seen, decides nothing."""

import io
import os

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from generation.models import Job, Model
from media.intake import accept_upload
from media.models import Asset, ShareLink
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import make, open_studio, press
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
SHOWN = "[data-shown]"
DEED = "[data-deed={}]"


@pytest.fixture
def inside(page: Page, house: Served, rich: User, patient: Model) -> Page:
    enter(page, house, rich)
    return page


def uploaded(person: User, shade: int) -> Asset:
    picture = Image.new("RGB", (64, 64), (shade, shade, shade))
    return accept_upload(person, io.BytesIO(samples.encoded("PNG", picture)), f"{shade}.png")


def redraw(page: Page, house: Served, asset: Asset) -> None:
    page.goto(f"{house.url}/studio/image_to_image/?image={asset.public_id}")
    expect(page.locator("[data-cost]")).to_have_text("3 cr")


def test_a_variation_is_of_its_frame_and_leaves_the_form_alone(inside: Page, house: Served, rich: User) -> None:
    first, other = uploaded(rich, 10), uploaded(rich, 200)
    redraw(inside, house, first)
    press(inside, "a red boat")
    make(inside)
    redraw(inside, house, other)
    inside.locator("#prompt").fill("something else")
    inside.locator(DEED.format("vary")).click()
    make(inside)
    one, again = Job.objects.order_by("pk")
    assert again.params | {"seed": 0} == one.params | {"seed": 0}
    assert again.seed != one.seed
    expect(inside.locator("#prompt")).to_have_value("something else")
    expect(inside.locator(SHOWN)).to_have_attribute("src", f"/api/v1/assets/{other.public_id}/content")


def test_an_upload_that_comes_late_takes_no_place(inside: Page, house: Served, rich: User) -> None:
    chosen = uploaded(rich, 10)
    redraw(inside, house, chosen)
    held: list[Route] = []
    inside.route("**/api/v1/assets", lambda route: held.append(route))
    inside.locator("[data-source] input[type=file]").set_input_files(
        {"name": "late.png", "mimeType": "image/png", "buffer": samples.encoded("PNG", samples.picture((64, 64)))}
    )
    expect(inside.locator("[data-source]")).to_have_attribute("aria-busy", "true")
    press(inside, "a red boat")
    make(inside)
    inside.locator(DEED.format("use")).click()
    made = str(Asset.objects.latest("pk").public_id)
    expect(inside.locator(SHOWN)).to_have_attribute("src", f"/api/v1/assets/{made}/content")
    with inside.expect_response("**/api/v1/assets"):
        held[0].continue_()
    with inside.expect_response("**/api/v1/jobs"):
        press(inside, "a blue boat")
    assert Job.objects.latest("pk").params["image"] == made


def test_what_was_chosen_stays_through_a_reload(inside: Page, house: Served, rich: User) -> None:
    first, other = uploaded(rich, 10), uploaded(rich, 200)
    redraw(inside, house, first)
    assert inside.url == f"{house.url}/studio/image_to_image/"
    redraw(inside, house, other)
    inside.locator("#prompt").fill("a red boat")
    inside.reload()
    expect(inside.locator(SHOWN)).to_have_attribute("src", f"/api/v1/assets/{other.public_id}/content")
    expect(inside.locator("#prompt")).to_have_value("a red boat")
    other.delete()
    inside.reload()
    expect(inside.locator("[data-empty]")).to_be_visible()
    inside.complaints.clear()  # type: ignore[attr-defined]


def test_a_frame_of_another_tool_brings_its_recipe_although_nothing_came_of_it(
    inside: Page, house: Served, rich: User
) -> None:
    redraw(inside, house, uploaded(rich, 10))
    press(inside, "a red boat")
    expect(inside.locator(DEED.format("cancel"))).to_be_visible()
    inside.locator(DEED.format("cancel")).click()
    expect(inside.locator(DEED.format("remix"))).to_be_visible()
    open_studio(inside, house)
    inside.locator("#prompt").fill("")
    inside.locator(DEED.format("remix")).click()
    inside.wait_for_url("**/studio/image_to_image/")
    expect(inside.locator("#prompt")).to_have_value("a red boat")


def test_undo_buys_nothing(inside: Page, house: Served) -> None:
    open_studio(inside, house)
    press(inside, "a red boat")
    make(inside)
    inside.locator(DEED.format("enlarge")).click()
    expect(inside.locator(".toast")).to_contain_text("for 1 cr")
    inside.keyboard.press("z")
    expect(inside.locator(".toast")).to_be_visible()
    assert Job.objects.count() == 1


def test_a_link_belongs_to_the_picture_that_it_was_asked_for(inside: Page, house: Served) -> None:
    open_studio(inside, house)
    for prompt in ("a red boat", "a blue boat"):
        press(inside, prompt)
        make(inside)
        expect(inside.locator(DEED.format("share"))).to_be_visible()
    held: list[Route] = []
    inside.route("**/links", lambda route: held.append(route))
    inside.locator(DEED.format("share")).click()
    inside.locator("[data-link]").click()
    expect(inside.locator("[data-link]")).to_be_disabled()
    inside.locator("dialog.share").get_by_role("button", name="Close").click()
    inside.keyboard.press("ArrowRight")
    expect(inside.locator(".caption .words")).to_have_text("a red boat")
    inside.locator(DEED.format("share")).click()
    with inside.expect_response("**/links"):
        held[0].continue_()
    assert ShareLink.objects.get().asset.prompt == "a blue boat"
    expect(inside.locator("[data-link]")).to_be_enabled()
    expect(inside.locator("[data-made]")).to_be_hidden()


def test_the_keyboard_keeps_its_place(inside: Page, house: Served) -> None:
    open_studio(inside, house)
    press(inside, "a red boat")
    make(inside)
    star = inside.locator(DEED.format("star"))
    star.focus()
    inside.keyboard.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(inside.get_by_role("status").filter(has_text="Your picture is done")).to_have_count(1)
