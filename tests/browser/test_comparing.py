"""What is asked for together is held side by side, now and later."""

import os
from typing import Any
from uuid import uuid4

import pytest
from django.forms.models import model_to_dict
from playwright.sync_api import Page, Response, expect

from accounts.models import User
from generation import execution, submission
from generation.models import Job, Model
from generation.submission import Terms
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import make, open_studio, press
from tests.browser.test_sign_in import complaints

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
SHEET = "comparison-sheet"
CELLS = f"{SHEET} td button"
SHEET_ID = uuid4()


@pytest.fixture
def studio(page: Page, house: Served, rich: User, patient: Model) -> Page:
    enter(page, house, rich)
    open_studio(page, house)
    page.locator("summary", has_text="Try many at once").click()
    page.locator("#axis-x").select_option("guidance")
    page.locator("#values-x").fill("2, 4, 8")
    expect(page.locator("[data-word]")).to_have_text("Make 3")
    return page


def finished(page: Page, prompt: str, count: int) -> None:
    seen: list[Response] = []

    def last(answer: Response) -> bool:
        if answer.url.endswith("/api/v1/jobs"):
            seen.append(answer)
        return len(seen) == count

    with page.expect_response(last):
        press(page, prompt)
    expect(page.locator(CELLS)).to_have_count(count)
    execution.work_off("images")
    expect(page.locator(f"{CELLS} img:not(.preview)")).to_have_count(count)


def test_a_grid_is_one_sheet_with_what_varies_along_its_edges(studio: Page, house: Served) -> None:
    finished(studio, "a {red|blue} boat", 6)
    sheet = studio.locator(SHEET)
    expect(sheet.get_by_role("columnheader")).to_have_text(["Guidance2", "Guidance4", "Guidance8"])
    expect(sheet.get_by_role("rowheader")).to_have_text(["Promptred", "Promptblue"])
    expect(sheet.get_by_role("heading")).to_have_text("6 side by side")
    assert len(set(Job.objects.values_list("sheet", flat=True))) == 1
    assert len(set(Job.objects.values_list("seed", flat=True))) == 1
    assert complaints(studio) == []
    studio.locator(CELLS).nth(4).click()
    expect(sheet).to_be_hidden()
    expect(studio.locator(".caption .words")).to_have_text("a blue boat")
    studio.get_by_role("button", name="Compare").click()
    expect(studio.locator(CELLS)).to_have_count(6)


def test_it_opens_again_from_a_picture_in_the_library(studio: Page, house: Served) -> None:
    finished(studio, "a red boat", 3)
    studio.goto(f"{house.url}/library/{Asset.objects.first().public_id}/")  # type: ignore[union-attr]
    studio.get_by_role("link", name="See it in the studio").click()
    expect(studio.locator(f"{CELLS} img")).to_have_count(3)
    studio.get_by_role("button", name="One at a time").click()
    expect(studio.locator("print-stage")).to_be_visible()


def test_on_a_phone_it_moves_under_labels_that_stay(studio: Page, house: Served) -> None:
    finished(studio, "a {red|blue} boat", 6)
    studio.set_viewport_size({"width": 390, "height": 844})
    edge, name = studio.locator(".edge"), studio.get_by_role("rowheader").first
    before = name.bounding_box()
    edge.evaluate("(place) => place.scrollBy(200, 0)")
    assert before == name.bounding_box()
    assert studio.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints(studio) == []


def test_one_press_for_one_picture_is_no_sheet(page: Page, house: Served, rich: User, patient: Model) -> None:
    enter(page, house, rich)
    open_studio(page, house)
    press(page, "a red boat")
    make(page)
    expect(page.locator(SHEET)).to_be_hidden()
    assert Job.objects.get().sheet is None
    expect(page.get_by_role("button", name="Compare")).to_have_count(0)


def marked(user: User, **params: Any) -> Job:
    """As a program asks for it."""
    wish = submission.settle(user, "text_to_image", {"prompt": "a red boat", **params})
    return submission.submit(user, wish, Terms(sheet=SHEET_ID))


def test_what_programs_mark_is_told_apart_by_what_they_vary(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    Model.objects.create(**{**model_to_dict(patient, exclude=["id"]), "slug": "other", "rank": 1})
    jobs = [marked(rich, model=model, width=width) for model in ("patient", "other") for width in (64, 128)]
    enter(page, house, rich)
    page.goto(f"{house.url}/studio/text_to_image/?job={jobs[0].public_id}")
    expect(page.locator(CELLS)).to_have_count(4)
    sheet = page.locator(SHEET)
    expect(sheet.get_by_role("columnheader")).to_have_text(["Size64×64", "Size128×64"])
    expect(sheet.get_by_role("rowheader")).to_have_text(["Modelpatient", "Modelother"])


def test_the_same_again_takes_its_place(page: Page, house: Served, rich: User, patient: Model) -> None:
    job, _other = marked(rich, prompt="fails"), marked(rich, prompt="works")
    execution.work_off("images")
    submission.retry(Job.objects.select_related("user", "project").get(pk=job.pk))
    enter(page, house, rich)
    page.goto(f"{house.url}/studio/text_to_image/?job={job.public_id}")
    expect(page.locator(CELLS)).to_have_count(2)
    expect(page.locator(SHEET).get_by_role("heading")).to_have_text("2 side by side")


def test_of_a_huge_sheet_the_one_that_was_opened_is_shown(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    jobs = [marked(rich, seed=seed) for seed in range(60)]
    enter(page, house, rich)
    page.goto(f"{house.url}/studio/text_to_image/?job={jobs[0].public_id}")
    expect(page.locator(CELLS)).to_have_count(48)
    page.get_by_role("button", name="One at a time").click()
    expect(page.locator(".caption .words")).to_have_text("a red boat")
    assert complaints(page) == []


def test_keys_do_nothing_to_the_frame_behind(studio: Page) -> None:
    finished(studio, "a red boat", 3)
    for key in ("v", "Delete", "ArrowRight"):
        studio.keyboard.press(key)
    expect(studio.locator(SHEET)).to_be_visible()
    studio.keyboard.press("Escape")
    expect(studio.locator("print-stage")).to_be_visible()
    expect(studio.locator(".roll li")).to_have_count(3)
    assert Job.objects.count() == 3
