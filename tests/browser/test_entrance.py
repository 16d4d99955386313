"""What a script adds to the way in."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_sign_in import at_home, code_from_mail

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.mark.django_db(transaction=True)
def test_a_pasted_code_needs_no_press(page: Page, house: Served) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.url)
    page.goto(f"{house.url}/accounts/signup/")
    page.keyboard.type("eve@example.org")  # the first field waits for it
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm-email/")
    page.evaluate("(code) => navigator.clipboard.writeText(code)", code_from_mail())
    page.get_by_label("Code").press("Control+V")
    at_home(page, house)


@pytest.mark.django_db(transaction=True)
def test_a_password_can_be_looked_at(page: Page, house: Served) -> None:
    page.goto(f"{house.url}/accounts/login/")
    page.get_by_text("Use a password instead").click()
    field = page.get_by_label("Password", exact=True)
    field.fill("correct horse")
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.django_db(transaction=True)
def test_a_passkey_that_is_refused_leaves_a_way(page: Page, house: Served) -> None:
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))")
    page.goto(f"{house.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
