import io
import os

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from billing import credits
from generation import execution
from generation.models import Job, Model
from media.intake import accept_upload
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import make, open_studio, press
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
PRINT = ".paper img.in:not(.preview)"
OFFER = ".toast"


def test_a_result_is_made_larger_after_its_price_was_said(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    enter(page, house, rich)
    open_studio(page, house)
    press(page, "a red boat")
    make(page)
    before = credits.balance(rich).available
    page.locator("[data-deed=enlarge]").click()
    expect(page.locator(OFFER)).to_contain_text("for 1 cr")
    assert Job.objects.count() == 1
    page.locator(OFFER).get_by_role("button", name="Make").click()
    expect(page.locator(".roll li")).to_have_count(2)
    execution.work_off("images")
    expect(page.locator(PRINT)).to_be_visible()
    small, large = Asset.objects.order_by("pk").values_list("width", flat=True)
    assert (large, before - credits.balance(rich).available) == (2 * small, 1)


def test_an_upload_is_offered_larger_from_its_own_page(page: Page, house: Served, rich: User, patient: Model) -> None:
    picture = accept_upload(rich, io.BytesIO(samples.encoded("PNG", samples.picture((256, 192)))), "photo.png")
    enter(page, house, rich)
    page.goto(f"{house.url}/library/{picture.public_id}/")
    page.get_by_role("link", name="Enlarge").click()
    expect(page.locator(OFFER)).to_contain_text("for 1 cr")
    page.locator(OFFER).get_by_role("button", name="Make").click()
    expect(page.locator(".roll li")).to_have_count(1)
    assert Job.objects.get().params["image"] == str(picture.public_id)


def test_an_enlargement_whose_answer_was_lost_is_made_once(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    picture = accept_upload(rich, io.BytesIO(samples.encoded("PNG", samples.picture((256, 192)))), "photo.png")
    enter(page, house, rich)
    page.goto(f"{house.url}/studio/upscale/?image={picture.public_id}")
    page.route("**/api/v1/jobs", lost, times=1)
    page.locator(OFFER).get_by_role("button", name="Make").click()
    with page.expect_response("**/api/v1/jobs") as second:
        page.locator(OFFER).get_by_role("button", name="Try again").click()
    assert second.value.ok
    assert Job.objects.count() == 1
    page.complaints.clear()  # type: ignore[attr-defined]


def lost(route: Route) -> None:
    route.fetch()
    route.abort()
