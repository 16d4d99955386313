"""The button never shows the price of something else: what is not known is not there."""

import os
import re

import pytest
from playwright.sync_api import Page, Request, WebSocketRoute, expect

from accounts.models import User
from generation.models import Model
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import open_studio, studio

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
__all__ = ["studio"]
pytestmark = pytest.mark.django_db(transaction=True)
COST, SHUTTER, QUOTES = "[data-cost]", "[data-shutter]", "**/api/v1/quotes"


def test_a_price_that_nobody_answers_is_blank_and_asked_for_again(studio: Page) -> None:
    studio.route(QUOTES, lambda route: route.abort())
    studio.locator("[name=n]").fill("8")
    expect(studio.locator(COST)).to_be_empty()
    expect(studio.locator(SHUTTER)).to_have_accessible_name("Make")
    studio.unroute(QUOTES)
    expect(studio.locator(COST)).to_have_text("32 cr")
    expect(studio.locator(SHUTTER)).to_have_accessible_name(re.compile("Make · 32 cr"))
    studio.complaints.clear()  # type: ignore[attr-defined]  # the cut


def test_the_price_is_asked_for_as_soon_as_the_line_is_back(
    page: Page, house: Served, rich: User, patient: Model
) -> None:
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket(re.compile("/ws/"), through)
    page.clock.install()
    enter(page, house, rich)
    open_studio(page, house)
    page.route(QUOTES, lambda route: route.abort())
    page.locator("[name=n]").fill("8")
    for _try in range(5):  # by now the next is far away
        with page.expect_event("requestfailed"):
            page.clock.fast_forward(20_000)
    page.unroute(QUOTES)
    lines[-1].close()
    expect(page.locator(COST)).to_have_text("32 cr")
    page.complaints.clear()  # type: ignore[attr-defined]  # the cuts


def test_words_and_chance_leave_the_price_where_it_is(studio: Page) -> None:
    asked: list[Request] = []
    studio.locator("summary", has_text="Try many at once").click()
    studio.locator("#axis-x").select_option("seed")
    studio.on("request", lambda request: request.url.endswith("/quotes") and asked.append(request))
    studio.locator("#values-x").fill(", ".join(str(seed) for seed in range(1, 25)))
    expect(studio.locator(COST)).to_have_text("96 cr")
    assert len(asked) == 1
    with studio.expect_response(QUOTES):
        studio.locator("#prompt").fill("a red boat")
        assert studio.locator(COST).inner_text() == "96 cr"
    studio.locator("#values-x").fill("1, 2.5")
    expect(studio.locator("[data-wrong=seed]")).to_be_visible()
    expect(studio.locator(COST)).to_be_empty()
    assert len(studio.complaints) == 1  # type: ignore[attr-defined]  # the refusal
    studio.complaints.clear()  # type: ignore[attr-defined]
