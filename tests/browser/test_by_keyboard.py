"""From the door to a kept picture without a mouse."""

import os

import pytest
from playwright.sync_api import Page, expect

from generation.models import Model
from media.models import Asset
from tests.browser.conftest import Served
from tests.browser.making import make
from tests.browser.test_sign_in import code_from_mail

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.mark.django_db(transaction=True)
def test_a_whole_visit_by_keyboard(page: Page, house: Served, patient: Model) -> None:
    page.goto(f"{house.url}/")
    tab_to(page, "Begin with an e-mail address")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signup/**")
    page.get_by_label("Email").focus()
    page.keyboard.type("eve@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm-email/**")
    page.get_by_label("Code").focus()
    page.keyboard.type(code_from_mail())
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/text_to_image/")
    page.keyboard.press("/")
    for words in ("a red boat", "a blue whale"):
        page.locator("#prompt").fill("")
        page.keyboard.type(words)
        page.keyboard.press("Control+Enter")
        make(page)
        expect(page.locator(".caption .words")).to_have_text(words)
        expect(page.locator("[data-deed=star]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".caption .words")).to_have_text("a red boat")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".caption .words")).to_have_text("a blue whale")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".caption .words")).to_have_text("a red boat")
    page.keyboard.press("s")
    expect(page.locator("[data-deed=star]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Delete")
    expect(page.get_by_text("In the trash for 30 days.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".roll li")).to_have_count(2)
    assert Asset.objects.filter(trashed_at=None, starred=True).count() == 1
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    tab_to(page, "Library")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Library", level=1)).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    for _each in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.closest('a, button')?.innerText ?? ''"):
            return
    raise AssertionError(f"{name} is not reached by Tab")
