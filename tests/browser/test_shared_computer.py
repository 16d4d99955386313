"""A computer in a library: who sits down next finds nothing of who sat there before."""

import os

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import accepted, open_studio, press, studio

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
__all__ = ["studio"]
pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})"


def history(page: Page) -> list[str]:
    page.locator("[data-history] summary").click()
    return page.locator("[data-history] li").all_inner_texts()


def test_nothing_stays_in_the_browser_after_signing_out(studio: Page, house: Served) -> None:
    press(studio, "a secret boat")
    accepted(studio)
    assert history(studio) == ["a secret boat"]
    studio.goto(f"{house.url}/account/")
    assert "a secret boat" in studio.evaluate(KEPT)
    studio.get_by_role("button", name="Sign out").click()
    expect(studio.get_by_role("link", name="Sign in").first).to_be_visible()
    assert "boat" not in studio.evaluate(KEPT)


def test_another_person_has_a_history_of_their_own(studio: Page, house: Served, charlie: User) -> None:
    press(studio, "a secret boat")
    accepted(studio)
    enter(studio, house, charlie)
    open_studio(studio, house)
    assert history(studio) == []
    studio.locator("#prompt").press("ArrowUp")
    expect(studio.locator("#prompt")).to_have_value("")
