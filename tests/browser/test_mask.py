"""The mask is painted in pixels of the screen and kept in pixels of the picture, however close one looks."""

import io
import os

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from generation.models import Job, Model, Status
from media import storage
from media.intake import accept_upload
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import accepted, press
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
SIDE, BRUSH = 512, 36
SPOT = (0.3, 0.6)
PANNED = (40, 25)
EMPTY = "document.querySelector('mask-editor').empty"
VISIBLE = """() => {
  const { canvas } = document.querySelector('mask-editor')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, at) => value && at % 4 === 3).length
}"""
PAINTED = """() => new Promise((painted) => {
  const editor = document.querySelector('mask-editor')
  const look = () => editor.empty || painted()
  editor.addEventListener('painted', look)
  look()
})"""
WIPED = """() => new Promise((wiped) => {
  const editor = document.querySelector('mask-editor')
  editor.addEventListener('painted', () => editor.empty && wiped())
  document.querySelector('[data-deed=remix]').click()
})"""
REMIX = """() => new Promise((painted) => {
  const editor = document.querySelector('mask-editor')
  editor.addEventListener('painted', () => editor.empty || painted())
  document.querySelector('[data-deed=remix]').click()
})"""


@pytest.fixture
def sheet(page: Page, house: Served, rich: User, patient: Model) -> Page:
    picture = io.BytesIO(samples.encoded("PNG", samples.picture((SIDE, SIDE))))
    asset = accept_upload(rich, picture, "square.png")
    enter(page, house, rich)
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.goto(f"{house.url}/studio/inpaint/?image={asset.public_id}")
    expect(page.locator("mask-editor")).to_be_visible()
    page.locator("mask-editor").scroll_into_view_if_needed()
    page.locator("[data-mask-feather]").fill("0")
    return page


@pytest.mark.parametrize("zoom", [1, 4])
def test_a_dab_lands_where_it_is_seen_and_is_as_wide_as_it_looks(sheet: Page, zoom: int) -> None:
    x, y, width = spot(sheet)
    if zoom > 1:
        sheet.mouse.move(x, y)
        sheet.mouse.wheel(0, -500)
        expect(sheet.locator("[data-zoomed]")).to_have_text("4×")
        sheet.keyboard.down(" ")
        drag(sheet, (x, y), PANNED)
        sheet.keyboard.up(" ")
        x, y = x + PANNED[0], y + PANNED[1]
    drag(sheet, (x, y), (8, 0))
    each = SIDE / width / zoom  # pixels of the picture in one of the screen
    left, top, right, bottom = painted(sheet)
    assert (left, right) == pytest.approx(
        (SPOT[0] * SIDE - BRUSH / 2 * each, SPOT[0] * SIDE + (BRUSH / 2 + 8) * each), abs=2
    )
    assert (top + bottom) / 2 == pytest.approx(SPOT[1] * SIDE, abs=2)
    assert bottom - top == pytest.approx(BRUSH * each, abs=2)


def test_a_fine_stroke_with_the_softest_edge_is_still_a_stroke(sheet: Page) -> None:
    x, y, _width = spot(sheet)
    sheet.locator("[data-mask-feather]").fill("24")
    sheet.mouse.move(x, y)
    sheet.mouse.wheel(0, -1000)
    expect(sheet.locator("[data-zoomed]")).to_have_text("8×")
    drag(sheet, (x, y), (80, 0))
    left, _top, right, _bottom = painted(sheet, whiter_than=245)
    assert right - left > 5


def test_two_fingers_look_closer_and_paint_nothing_and_one_paints(sheet: Page) -> None:
    x, y, width = spot(sheet)
    touch = sheet.context.new_cdp_session(sheet)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left, "y": top, "id": number} for number, (left, top) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x - 30, y))
    fingers("touchStart", (x - 30, y), (x + 30, y))
    fingers("touchMove", (x - 60, y), (x + 60, y))
    fingers("touchEnd")
    expect(sheet.locator("[data-zoomed]")).to_have_text("2×")
    assert sheet.evaluate(EMPTY)
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 1, y))
    fingers("touchEnd")
    left, top, right, bottom = painted(sheet)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((SPOT[0] * SIDE, SPOT[1] * SIDE), abs=3)
    assert bottom - top == pytest.approx(BRUSH * SIDE / width / 2, abs=2)


def test_keys_and_buttons_look_closer_between_once_and_eight_times(sheet: Page) -> None:
    told = sheet.locator("[data-zoomed]")
    sheet.keyboard.press("+")
    expect(told).to_have_text("1.5×")
    sheet.get_by_role("button", name="Zoom in").click()
    expect(told).to_have_text("2.3×")
    for _press in range(6):
        sheet.keyboard.press("+")
    expect(told).to_have_text("8×")
    sheet.get_by_role("button", name="Zoom out").click()
    expect(told).to_have_text("5.3×")
    sheet.keyboard.press("0")
    sheet.keyboard.press("-")
    expect(told).to_have_text("1×")


@pytest.mark.parametrize("zoom", [1, 4])
def test_a_ring_shows_what_the_brush_would_cover(sheet: Page, zoom: int) -> None:
    x, y, _width = spot(sheet)
    ring = sheet.locator("mask-editor .ring")
    sheet.mouse.move(x, y)
    if zoom > 1:
        sheet.mouse.wheel(0, -500)
    expect(ring).to_be_visible()
    assert around(ring) == pytest.approx((x, y, BRUSH), abs=1)
    sheet.keyboard.press("]")
    assert around(ring) == pytest.approx((x, y, BRUSH + 4), abs=1)
    sheet.get_by_role("button", name="Eraser").click()
    expect(ring).to_be_hidden()


def test_a_finger_has_no_ring_before_it_paints(sheet: Page) -> None:
    x, y, _width = spot(sheet)
    ring, touch = sheet.locator("mask-editor .ring"), sheet.context.new_cdp_session(sheet)
    expect(ring).to_be_hidden()
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(ring).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(ring).to_be_hidden()


def test_a_mask_that_was_taken_back_is_sent_no_more(sheet: Page) -> None:
    x, y, _width = spot(sheet)
    drag(sheet, (x, y), (8, 0))
    painted(sheet)
    sheet.locator("[data-mask=undo]").click()
    refused(sheet)
    drag(sheet, (x, y + 60), (8, 0))
    with sheet.expect_response("**/api/v1/jobs"):
        press(sheet, "a yellow fish")
    assert len({job.params["mask"] for job in Job.objects.all()}) == 2
    chooser = sheet.locator("[data-source] input[type=file]")
    other = samples.encoded("PNG", samples.picture((SIDE, SIDE // 2)))
    with sheet.expect_response("**/api/v1/assets/*/content"):
        chooser.set_input_files({"name": "other.png", "mimeType": "image/png", "buffer": other})
    expect(chooser).to_have_value("")  # the same file again is a choice again
    refused(sheet)


def test_a_remix_takes_the_mask_of_its_frame(sheet: Page, rich: User, house: Served) -> None:
    x, y, _width = spot(sheet)
    drag(sheet, (x, y), (8, 0))
    painted(sheet)
    first = Job.objects.get()
    Job.objects.update(status=Status.FAILED, finished_at=timezone.now())
    other = accept_upload(rich, io.BytesIO(samples.encoded("PNG", samples.picture((SIDE, SIDE // 2)))), "other.png")
    sheet.goto(f"{house.url}/studio/inpaint/?image={other.public_id}")
    expect(sheet.locator("mask-editor")).to_be_visible()
    assert sheet.evaluate(EMPTY)
    sheet.evaluate(REMIX)
    with sheet.expect_response("**/api/v1/jobs") as made:
        press(sheet, "a yellow fish")
    again = Job.objects.get(public_id=made.value.json()["data"]["id"])
    assert again.params["image"] == first.params["image"] != str(other.public_id)
    assert again.params["mask"] == first.params["mask"]
    sheet.locator("[data-mask=undo]").click()
    refused(sheet)


def test_a_mask_that_is_gone_leaves_none_of_another_frame(sheet: Page) -> None:
    x, y, _width = spot(sheet)
    drag(sheet, (x, y), (8, 0))
    painted(sheet)
    Job.objects.update(status=Status.FAILED, finished_at=timezone.now())
    Asset.objects.get(public_id=Job.objects.get().params["mask"]).delete()
    sheet.reload()
    expect(sheet.locator("mask-editor")).to_be_visible()
    x, y, _width = spot(sheet)
    drag(sheet, (x, y), (8, 0))
    assert not sheet.evaluate(EMPTY)
    sheet.evaluate(WIPED)
    refused(sheet)
    sheet.complaints.clear()  # type: ignore[attr-defined]


def test_the_eraser_takes_only_what_it_touches(sheet: Page) -> None:
    x, y, _width = spot(sheet)
    drag(sheet, (x, y), (8, 0))
    painted(sheet)
    Job.objects.update(status=Status.FAILED, finished_at=timezone.now())
    sheet.reload()
    sheet.evaluate(PAINTED)
    sheet.locator("[data-mask=eraser]").click()
    drag(sheet, (x + 90, y), (8, 0))
    drag(sheet, (x + 90, y + 40), (8, 0))
    assert sheet.evaluate(VISIBLE) > 500


def test_a_mask_is_painted_by_keyboard(sheet: Page) -> None:
    sheet.locator("mask-editor").focus()
    sheet.keyboard.press("ArrowUp")
    for _step in range(5):
        sheet.keyboard.press("Shift+ArrowRight")
    left, _top, right, _bottom = painted(sheet)
    box = sheet.locator("mask-editor").bounding_box()
    assert box
    each = SIDE / box["width"]
    assert (left, right) == pytest.approx((SIDE / 2 - BRUSH / 2 * each, SIDE / 2 + (BRUSH / 2 + 40) * each), abs=2)


def refused(page: Page) -> None:
    before = Job.objects.count()
    press(page, "a yellow fish")
    expect(page.locator("[data-wrong=mask]")).to_be_visible()
    assert Job.objects.count() == before


def around(ring: Locator) -> tuple[float, float, float]:
    box = ring.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]


def spot(page: Page) -> tuple[float, float, float]:
    box = page.locator("mask-editor").bounding_box()
    assert box
    return box["x"] + SPOT[0] * box["width"], box["y"] + SPOT[1] * box["height"], box["width"]


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=4)
    page.mouse.up()


def painted(page: Page, whiter_than: int = 127) -> tuple[int, int, int, int]:
    """What of the mask that the server was sent is white."""
    press(page, "a yellow fish")
    accepted(page)
    mask = Asset.objects.get(public_id=Job.objects.get(tool="inpaint").params["mask"])
    with Image.open(storage.open_at(mask.path)) as picture:
        assert picture.size == (SIDE, SIDE)
        found = picture.convert("L").point(lambda level: 255 * (level > whiter_than)).getbbox()
    assert found
    return found
