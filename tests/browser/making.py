"""The studio with somebody in it, and a worker that works when the test says so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import User
from generation import execution
from generation.models import Model
from tests.browser.conftest import Served
from tests.browser.inside import enter

SHUTTER = "[data-shutter]"
WORDS = "#prompt"


@pytest.fixture
def studio(page: Page, house: Served, rich: User, patient: Model) -> Page:
    enter(page, house, rich)
    open_studio(page, house)
    return page


def open_studio(page: Page, house: Served, tool: str = "text_to_image") -> None:
    page.goto(f"{house.url}/studio/{tool}/")
    if tool == "text_to_image":
        expect(page.locator("[data-cost]")).to_have_text("4 cr")


def press(page: Page, prompt: str) -> None:
    page.locator(WORDS).fill(prompt)
    page.locator(SHUTTER).click()


def accepted(page: Page) -> None:
    expect(page.locator(".said")).to_be_visible()
    expect(page.locator(".said")).not_to_contain_text("asking")


def make(page: Page) -> None:
    """What was pressed has reached the server; now the worker has its turn."""
    accepted(page)
    execution.work_off("images")


@contextmanager
def at_work() -> Iterator[None]:
    """Beside the test, as a worker is beside the web."""

    def work() -> None:
        execution.work_off("images")
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    worker.join()
