"""Words that would be a program, in every field that takes words: they are shown and never run."""

import os

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from generation.models import Model
from media.models import Asset, Project
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import make, open_studio, press
from tests.media import samples

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
EVIL = """'"></script><img src=x onerror=ran()><svg onload=ran()>{{7*7}}javascript:ran()"""
PLACES = [
    "/studio/text_to_image/", "/library/", "/account/", "/developer/", "/wallet/", "/accounts/sessions/",
    "/library/?search=%27%22%3E%3Cimg%20src%3Dx%20onerror%3Dran()%3E",
    "/studio/text_to_image/?remix=%27%22%3E%3Cimg%20src%3Dx%20onerror%3Dran()%3E",
    "/accounts/login/?next=javascript:ran()",
]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_words_are_only_ever_words(page: Page, house: Served, rich: User, patient: Model) -> None:
    ran: list[str] = []
    page.expose_function("ran", lambda: ran.append(page.url))
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    enter(page, house, rich)
    _write_everywhere(page, house, rich)
    for where in PLACES:
        page.goto(house.url + where)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.querySelectorAll('img[src=x], [onerror], [onload]').length") == 0, where
    asset = Asset.objects.get(user=rich, prompt=EVIL)
    page.goto(f"{house.url}/library/{asset.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(EVIL)
    assert ran == []


def _write_everywhere(page: Page, house: Served, rich: User) -> None:
    Project.objects.create(user=rich, name=EVIL)
    open_studio(page, house)
    page.locator("summary", has_text="Advanced").click()
    page.locator("[name=negative_prompt]").fill(EVIL)
    page.locator("[data-presets] summary").click()
    page.get_by_label("Name of the preset").fill(EVIL[:60])
    page.keyboard.press("Enter")
    expect(page.locator("[data-presets] li")).to_have_count(1)
    page.keyboard.press("Escape")
    press(page, EVIL)
    make(page)
    expect(page.locator(".caption .words")).to_have_text(EVIL)
    page.locator("[data-history] summary").click()
    expect(page.locator("[data-history] li")).to_have_text(EVIL)
    page.goto(f"{house.url}/account/")
    page.get_by_label("Name").fill(EVIL)
    page.get_by_role("button", name="Save").click()
    page.goto(f"{house.url}/developer/")
    page.get_by_label("Name").fill(EVIL[:60])
    page.get_by_role("button", name="Make a key").click()
    page.goto(f"{house.url}/library/")
    page.locator("#file").set_input_files(
        {"name": f"{EVIL[:40]}.png", "mimeType": "image/png", "buffer": samples.encoded("PNG")}
    )
    expect(page.get_by_text("Added: 1.")).to_be_visible()
