import os
import re
import threading
from itertools import count

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from accounts.models import User
from billing import credits
from generation import execution
from generation.models import Job, Model
from media import storage
from media.models import Asset, Space
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import accepted, at_work, make, open_studio, press, studio
from tests.browser.test_sign_in import sign_up

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
__all__ = ["studio"]
pytestmark = pytest.mark.django_db(transaction=True)
FINISHED = ".paper img.in:not(.preview)"
FRAMES = ".roll li"


def available(user: User) -> int:
    return credits.balance(user).available


def test_from_the_front_page_to_the_first_picture(page: Page, house: Served, patient: Model) -> None:
    sign_up(page, house)
    expect(page.get_by_role("heading", name="The first frame is yours")).to_be_visible()
    press(page, "a red boat")
    make(page)
    expect(page.locator(FINISHED)).to_be_visible()
    expect(page.locator("credit-meter")).to_have_text("46")


@pytest.mark.parametrize("width", [390, 1440])
def test_without_a_script_it_says_so_and_shows_nothing_dead(
    chromium: Browser, house: Served, rich: User, patient: Model, width: int
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 844})
    page = context.new_page()
    enter(page, house, rich)
    page.goto(f"{house.url}/studio/text_to_image/")
    said = page.get_by_role("heading", name="The studio needs JavaScript")
    expect(said).to_be_in_viewport()
    expect(page.locator("#prompt")).to_be_hidden()
    page.get_by_role("link", name="Library").click()
    expect(page).to_have_url(f"{house.url}/library/")
    context.close()


def test_the_card_is_there_before_the_server_knows(studio: Page) -> None:
    studio.locator("#prompt").fill("a red boat")
    took = studio.evaluate(
        """() => { const began = performance.now(); document.querySelector('[data-shutter]').click();
        document.querySelector('.roll li .thumb').getBoundingClientRect(); return performance.now() - began }"""
    )
    assert took <= 50
    expect(studio.locator(FRAMES)).to_have_count(1)
    make(studio)


def test_full_storage_is_told_before_and_after_the_press(studio: Page, rich: User) -> None:
    full = "Your storage is full. Empty the trash or choose a larger plan."
    Space.objects.update_or_create(user=rich, defaults={"used": 1000, "most": 1000})
    studio.locator("#prompt").fill("a red boat")
    expect(studio.locator("[data-warnings]")).to_have_text(full)
    studio.locator("[data-shutter]").click()
    expect(studio.locator(".plea")).to_have_text(full)
    studio.complaints.clear()  # type: ignore[attr-defined]  # the refusal
    Space.objects.update(used=0)
    studio.get_by_role("button", name="Try again").click()
    make(studio)
    expect(studio.locator(FINISHED)).to_be_visible()


def test_cancel_says_what_comes_back_and_gives_it(studio: Page, rich: User) -> None:
    studio.locator("summary", has_text="Advanced").click()
    studio.locator("[name=steps]").fill("60")
    before = available(rich)
    press(studio, "takes 6")
    accepted(studio)
    with at_work():
        expect(studio.locator(".said")).to_contain_text("step")
        cancel = studio.get_by_role("button", name=re.compile("Cancel"))
        told = int(re.findall(r"\d+", cancel.inner_text())[0])
        cancel.click()
        expect(studio.locator("print-stage").get_by_text("Canceled.")).to_be_visible()
    job = Job.objects.get()
    assert before - available(rich) == job.charged < job.quoted
    assert told >= job.quoted - job.charged - 2 > 0  # some steps ran between the look and the click
    expect(studio.get_by_text(f"Charged for what ran: {job.charged} cr.")).to_be_visible()


def test_what_happened_while_the_line_was_down_is_there_when_it_is_back(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    down = threading.Event()
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        if down.is_set():
            line.close()
            return
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket(re.compile("/ws/"), through)
    enter(page, house, rich)
    open_studio(page, house)
    press(page, "a red boat")
    expect(page.locator("print-stage").get_by_text("next in the queue")).to_be_visible()
    down.set()
    lines[-1].close()
    expect(page.get_by_text("The line is down.")).to_be_visible()
    execution.work_off("images")
    expect(page.locator(FINISHED)).to_have_count(0)
    down.clear()
    expect(page.locator(FINISHED)).to_be_visible()
    expect(page.get_by_text("The line is down.")).to_be_hidden()
    expect(page.locator(FRAMES)).to_have_count(1)


def test_tabs_of_one_browser_share_one_line(studio: Page, house: Served) -> None:
    sockets: list[str] = []
    second = studio.context.new_page()
    second.on("websocket", lambda socket: sockets.append(socket.url))
    open_studio(second, house)
    press(studio, "a red boat")
    make(studio)
    for tab in (studio, second):
        expect(tab.locator(FINISHED)).to_be_visible()
    assert sockets == []
    studio.close()
    with second.expect_websocket():  # the line goes over to whoever is left
        pass
    second.close()


def test_paint_over_a_part(studio: Page, house: Served) -> None:
    press(studio, "a red boat")
    make(studio)
    studio.locator("[data-deed=paint]").click()
    studio.wait_for_url("**/studio/inpaint/**")
    expect(studio.locator("mask-editor")).to_be_visible()
    sheet = studio.locator("mask-editor").bounding_box()
    assert sheet
    studio.mouse.move(sheet["x"] + 40, sheet["y"] + 40)
    studio.mouse.down()
    studio.mouse.move(sheet["x"] + 160, sheet["y"] + 120, steps=6)
    studio.mouse.up()
    press(studio, "a yellow fish")
    make(studio)
    mask = Asset.objects.get(public_id=Job.objects.get(tool="inpaint").params["mask"])
    with mask_of(mask) as picture:
        share = sum(picture.convert("L").histogram()[200:]) / (picture.width * picture.height)
    assert 0.03 < share < 0.6
    expect(studio.locator(FRAMES)).to_have_count(2)


def mask_of(asset: Asset) -> Image.Image:
    return Image.open(storage.open_at(asset.path))


def test_many_at_once_cost_what_the_button_said(studio: Page, rich: User) -> None:
    studio.locator("summary", has_text="Try many at once").click()
    studio.get_by_label("Setting that varies").first.select_option("guidance")
    studio.get_by_label("Values, with commas").first.fill("2, 5, 7.5")
    studio.locator("#prompt").fill("a {red|blue} boat {of wood}")
    expect(studio.locator("[data-cost]")).to_have_text("24 cr")
    expect(studio.locator("[data-word]")).to_have_text("Make 6")
    before, answers = available(rich), count(1)
    with studio.expect_response(lambda answer: answer.url.endswith("/api/v1/jobs") and next(answers) == 6):
        studio.locator("[data-shutter]").click()
    expect(studio.locator(".roll .hair")).to_have_count(6)
    execution.work_off("images")
    expect(studio.locator(".roll .thumb img")).to_have_count(6)
    assert before - available(rich) == 24
    assert {(job.params["prompt"], job.params["guidance"]) for job in Job.objects.all()} == {
        (f"a {colour} boat {{of wood}}", guidance) for colour in ("red", "blue") for guidance in (2, 5, 7.5)
    }


@pytest.mark.parametrize(("prompt", "many"), [("{1|2|3|4|5} {1|2|3|4|5} boats", "25"), ("{a|b}" * 60, r"\d{4}")])
def test_too_many_at_once_are_never_sent(studio: Page, prompt: str, many: str) -> None:
    press(studio, prompt)
    expect(studio.get_by_text(re.compile(f"That would be {many} pictures."))).to_be_visible()
    assert not Job.objects.exists()


def test_a_preset_brings_all_back_and_a_link_gives_it_away(studio: Page, house: Served, rich: User) -> None:
    studio.locator("#prompt").fill("a {red|blue} boat")
    studio.locator("[name=style][value=watercolour]").check()
    studio.locator("[data-presets] summary").click()
    studio.get_by_label("Name of the preset").fill("Boats")
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("button", name="Boats", exact=True)).to_be_visible()
    preset = rich.presets.get()
    studio.reload()
    studio.locator("#prompt").fill("something else")
    studio.locator("[name=style][value='']").check()
    studio.locator("[data-presets] summary").click()
    studio.get_by_role("button", name="Boats", exact=True).click()
    expect(studio.locator("#prompt")).to_have_value("a {red|blue} boat")
    expect(studio.locator("[name=style][value=watercolour]")).to_be_checked()
    studio.goto(f"{house.url}/studio/text_to_image/?preset={preset.public_id}")
    expect(studio.locator("#prompt")).to_have_value("a {red|blue} boat")


def test_a_link_to_one_picture_opens_for_somebody_without_an_account(studio: Page, chromium: Browser) -> None:
    press(studio, "a red boat")
    make(studio)
    studio.locator("[data-deed=share]").click()
    studio.get_by_label("It works for").select_option("1")
    studio.get_by_role("button", name="Make a link").click()
    expect(studio.get_by_label("The link, shown only once")).to_have_value(re.compile("/shared/"))
    stranger = chromium.new_page()
    stranger.goto(studio.get_by_label("The link, shown only once").input_value())
    expect(stranger.get_by_role("link", name="Download")).to_be_visible()
    stranger.close()
