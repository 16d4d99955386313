"""What only shows when one thing is done after another."""

import io
import os
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from generation.models import Job, Model
from media.intake import accept_upload
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import accepted, make, press, studio
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
__all__ = ["studio"]
pytestmark = pytest.mark.django_db(transaction=True)
PROMPT = "#prompt"
FINISHED = ".paper img.in:not(.preview)"
FRAMES = ".roll li"
WRONG = "[data-wrong={}]"


@pytest.fixture
def photo(rich: User) -> Asset:
    return accept_upload(rich, io.BytesIO(samples.encoded("PNG", samples.picture((256, 256)))), "square.png")


def test_what_was_written_stays_through_a_reload_and_a_change_of_tool(studio: Page) -> None:
    studio.locator(PROMPT).fill("half a thought")
    studio.locator("[name=style][value=watercolour]").check()
    studio.reload()
    expect(studio.locator(PROMPT)).to_have_value("half a thought")
    expect(studio.locator("[name=style][value=watercolour]")).to_be_checked()
    studio.goto(studio.url.replace("text_to_image", "image_to_image"))
    expect(studio.locator(PROMPT)).to_have_value("half a thought")


def test_a_value_that_the_model_does_not_know_is_said_before_anything_is_made(studio: Page, rich: User) -> None:
    studio.locator(PROMPT).fill("a red boat")
    studio.locator("summary", has_text="Try many at once").click()
    studio.locator("#axis-x").select_option("style")
    studio.locator("#values-x").fill("watercolour, woodcut")
    expect(studio.locator(WRONG.format("all"))).to_contain_text("This model knows")
    studio.locator("[data-shutter]").click()
    expect(studio.locator(WRONG.format("all"))).to_be_in_viewport()
    expect(studio.locator(".roll li")).to_have_count(0)
    assert not Job.objects.filter(user=rich).exists()
    # The browser itself tells of the quote that was refused.
    assert all("400" in complaint for complaint in studio.complaints)  # type: ignore[attr-defined]
    studio.complaints.clear()  # type: ignore[attr-defined]


def test_nothing_painted_is_no_frame_that_failed(studio: Page, house: Served, photo: Asset) -> None:
    studio.goto(f"{house.url}/studio/inpaint/?image={photo.public_id}")
    expect(studio.locator("mask-editor")).to_be_visible()
    studio.locator(PROMPT).fill("a red boat")
    studio.locator("[data-shutter]").click()
    expect(studio.locator(WRONG.format("mask"))).to_be_in_viewport()
    expect(studio.locator(".roll li")).to_have_count(0)


def test_on_a_phone_the_picture_to_paint_over_is_in_sight(
    chromium: Browser, house: Served, rich: User, patient: Model, photo: Asset
) -> None:
    phone = chromium.new_page(viewport={"width": 390, "height": 780}, has_touch=True)
    enter(phone, house, rich)
    phone.goto(f"{house.url}/studio/inpaint/?image={photo.public_id}")
    expect(phone.locator("mask-editor")).to_be_in_viewport()
    expect(phone.locator("[data-shutter]")).to_be_in_viewport(ratio=1)
    phone.close()


def test_what_the_server_never_heard_of_is_tried_again_with_a_button(studio: Page) -> None:
    studio.route("**/api/v1/jobs", lambda route: route.abort())
    studio.locator(PROMPT).fill("a red boat")
    studio.locator("[data-shutter]").click()
    expect(studio.locator(".failed")).to_be_visible()
    studio.unroute("**/api/v1/jobs")
    studio.locator("[data-deed=retry]").click()
    make(studio)
    expect(studio.locator(FINISHED)).to_be_visible()
    expect(studio.locator(FRAMES)).to_have_count(1)
    studio.complaints.clear()  # type: ignore[attr-defined]


def test_what_arrived_although_the_answer_did_not_is_paid_once(studio: Page, rich: User) -> None:
    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    studio.route("**/api/v1/jobs", lost)
    studio.locator(PROMPT).fill("a red boat")
    studio.locator("[data-shutter]").click()
    expect(studio.locator(FRAMES)).to_have_count(2)  # the one that was pressed, and the job as the line tells of it
    studio.locator(FRAMES).nth(1).locator("button").click()
    expect(studio.locator(".failed")).to_be_visible()
    studio.unroute("**/api/v1/jobs")
    with studio.expect_response("**/api/v1/jobs") as second:
        studio.locator("[data-deed=retry]").click()
    assert second.value.ok
    make(studio)
    expect(studio.locator(FINISHED)).to_be_visible()
    expect(studio.locator(FRAMES)).to_have_count(1)
    assert Job.objects.filter(user=rich).count() == 1
    studio.complaints.clear()  # type: ignore[attr-defined]


def test_a_frame_comes_back_to_its_place_under_its_number(studio: Page) -> None:
    for prompt in ("one boat", "two boats", "three boats"):
        press(studio, prompt)
        make(studio)
        expect(studio.locator(FINISHED)).to_be_visible()
    studio.locator(FRAMES).nth(1).locator("button").click()
    studio.locator("[data-deed=trash]").click()
    expect(studio.locator(FRAMES)).to_have_count(2)
    studio.locator("[data-undo]").click()
    expect(studio.locator(f"{FRAMES} [aria-current=true]")).to_have_attribute("title", "two boats")
    expect(studio.locator(FRAMES)).to_have_text(["▸ 003", "▸ 002", "▸ 001"])


def test_a_key_held_down_is_one_press(studio: Page, rich: User) -> None:
    for number, (place, key) in enumerate(((PROMPT, "Control+Enter"), ("[data-shutter]", "Enter"), ("#seed", "Enter"))):
        studio.locator(PROMPT).fill("a red boat")
        if place == "#seed":
            studio.locator("summary", has_text="Advanced").click()
        studio.locator(place).focus()
        *held, last = key.split("+")
        with studio.expect_response("**/api/v1/jobs"):
            for one in (*held, last, last, last):
                studio.keyboard.down(one)
        for one in (last, *held):
            studio.keyboard.up(one)
        expect(studio.locator(FRAMES)).to_have_count(number + 1)
    accepted(studio)
    assert Job.objects.filter(user=rich).count() == 3


def test_thrown_away_twice_is_thrown_away_once(studio: Page) -> None:
    for prompt in ("one boat", "two boats"):
        press(studio, prompt)
        make(studio)
        expect(studio.locator(FINISHED)).to_be_visible()
    with studio.expect_response(lambda answer: answer.request.method == "DELETE") as first:
        studio.locator("[data-deed=trash]").evaluate("(button) => { button.click(); button.click(); }")
    assert first.value.ok
    expect(studio.locator(".toast")).to_be_visible()
    expect(studio.locator(FRAMES)).to_have_count(1)
    expect(studio.locator(".caption .words")).to_have_text("one boat")


def test_an_undo_that_fails_says_so(studio: Page) -> None:
    press(studio, "a red boat")
    make(studio)
    studio.locator("[data-deed=trash]").click()
    studio.route("**/api/v1/assets/*", lambda route: route.abort())
    studio.locator("[data-undo]").click()
    expect(studio.locator(".toast")).to_contain_text("no line to the server")
    studio.complaints.clear()  # type: ignore[attr-defined]  # the cut


def test_where_the_address_is_not_secure_pictures_are_made_as_well(studio: Page) -> None:
    studio.add_init_script("delete Crypto.prototype.randomUUID")
    studio.reload()
    answers = count(1)
    with studio.expect_response(lambda answer: answer.url.endswith("/api/v1/jobs") and next(answers) == 2):
        press(studio, "a {red|blue} boat")
    assert len(set(Job.objects.values_list("sheet", flat=True))) == 1


def test_a_variation_of_one_of_many_is_one(studio: Page, rich: User) -> None:
    press(studio, "a red boat")
    make(studio)
    studio.locator("summary", has_text="Try many at once").click()
    studio.locator("#axis-x").select_option("guidance")
    studio.locator("#values-x").fill("2, 4")
    studio.locator("[data-deed=vary]").click()
    make(studio)
    assert Job.objects.filter(user=rich).count() == 2


def test_an_empty_wall_says_why(page: Page, house: Served, rich: User) -> None:
    enter(page, house, rich)
    page.goto(f"{house.url}/library/")
    expect(page.locator("[data-empty]")).to_contain_text("Your contact sheet is blank.")
    page.locator("#search").fill("zebra")
    expect(page.locator("[data-empty]")).to_contain_text("Take a filter off")
    page.locator("#search").fill("")
    page.get_by_label("Trash").check(force=True)
    expect(page.locator("[data-empty]")).to_contain_text("The trash is empty.")


def test_a_session_that_is_over_says_where_to_sign_in(studio: Page) -> None:
    studio.context.clear_cookies()
    press(studio, "a red boat")
    way = studio.locator(".failed").get_by_role("link", name="Sign in")
    expect(way).to_have_attribute("href", "/accounts/login/?next=%2Fstudio%2Ftext_to_image%2F")
    studio.complaints.clear()  # type: ignore[attr-defined]
