"""A tab that slept for days asks once for what it missed, and then goes on from where things are."""

import json
import os
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from accounts.models import User
from tests.browser.conftest import Served
from tests.browser.inside import enter

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
FLOOD = 4429


@pytest.mark.django_db(transaction=True)
def test_what_is_too_long_ago_is_asked_for_once(page: Page, house: Served, alice: User) -> None:
    lines: list[WebSocketRoute] = []
    asked: list[int] = []
    now = 5

    def tell(line: WebSocketRoute, kind: str, available: int) -> None:
        line.send(json.dumps({"type": kind, "seq": now, "wallet": {"available": available}, "jobs": []}))

    def answer(line: WebSocketRoute) -> None:
        def resumed(message: str | bytes) -> None:
            asked.append(json.loads(message)["seq"])
            tell(line, "snapshot", len(asked))

        line.on_message(resumed)
        lines.append(line)
        tell(line, "snapshot", 100 * len(lines))

    page.route_web_socket(re.compile("/ws/"), answer)
    page.clock.install()
    enter(page, house, alice)
    page.goto(f"{house.url}/library/")
    meter = page.locator("credit-meter")
    expect(meter).to_have_text("100")
    now = 9
    lines[-1].close()
    expect(meter).to_have_text("1")
    now = 10
    tell(lines[-1], "wallet", 7)
    expect(meter).to_have_text("7")
    assert asked == [5]
    lines[-1].close(code=FLOOD)
    expect(page.locator("[data-offline]")).to_be_visible()
    page.clock.fast_forward(6000)
    expect(page.locator("[data-offline]")).to_be_visible()
    assert len(lines) == 2
    page.clock.fast_forward(2500)
    expect(meter).to_have_text("300")
