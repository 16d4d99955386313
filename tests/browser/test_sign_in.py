import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import messages
from django.core import mail
from django.http import HttpRequest
from playwright.sync_api import Page, expect

from accounts.adapter import AccountAdapter
from generation.models import Model
from tests.browser.conftest import Served

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CODE = re.compile(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


def code_from_mail() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def enter_code(page: Page) -> None:
    page.get_by_label("Code").fill(code_from_mail())
    page.get_by_role("button", name="Continue").click()


def at_home(page: Page, house: Served) -> None:
    """In the studio first; the account says whose it is."""
    page.wait_for_url("**/studio/text_to_image/")
    page.goto(f"{house.url}/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("eve@example.org")


def sign_up(page: Page, house: Served) -> None:
    page.goto(f"{house.url}/")
    page.get_by_role("link", name="Begin with an e-mail address").click()
    page.get_by_label("Email").fill("eve@example.org")
    page.get_by_role("button", name="Send me a code").click()
    enter_code(page)


@pytest.mark.django_db(transaction=True)
def test_sign_up_by_code(page: Page, house: Served, patient: Model) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_up(page, house)
    expect(page.locator("[data-shutter]")).to_be_in_viewport(ratio=1)
    expect(page.locator(".notice")).to_have_count(0)
    at_home(page, house)


@pytest.mark.django_db(transaction=True)
def test_what_is_said_on_the_way_in_pushes_nothing(
    page: Page, house: Served, patient: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(_adapter: object, request: HttpRequest, level: int, *_more: object, **_named: object) -> None:
        messages.add_message(request, level, "Said.")

    monkeypatch.setattr(AccountAdapter, "add_message", say)
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_up(page, house)
    expect(page.locator(".notice").first).to_be_in_viewport()
    expect(page.locator("[data-shutter]")).to_be_in_viewport(ratio=1)


@pytest.mark.django_db(transaction=True)
def test_sign_in_by_code_after_signing_out(page: Page, house: Served) -> None:
    sign_up(page, house)
    at_home(page, house)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Email").fill("EVE@example.org")
    page.get_by_role("button", name="Continue").click()
    enter_code(page)
    at_home(page, house)


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_without_any_script(chromium: object, house: Served) -> None:
    context = chromium.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    sign_up(page, house)
    at_home(page, house)
    page.get_by_role("button", name="Light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    context.close()


def wear(page: Page, house: Served, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": house.url}])


def grave(page: Page, url: str) -> list[str]:
    page.goto(url)
    picture(page, url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{url} scrolls sideways"
    return complaints(page)


def complaints(page: Page) -> list[str]:
    """What is grave about the page as it stands."""
    found = Axe().run(page).response["violations"]
    grave = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    return [f"{page.url} {violation['id']} {violation['nodes'][0]['html']}" for violation in grave]


def picture(page: Page, url: str) -> None:
    """For people to look at: PICTURES=folder pytest tests/browser."""
    if folder := os.environ.get("PICTURES"):
        theme = page.locator("html").get_attribute("data-theme")
        name = url.split("/", 3)[3].strip("/").replace("/", "-") or "front"
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png", full_page=True)
