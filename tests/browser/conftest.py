"""A real Chromium before a real server. `make test` installs Debian's where it can; without one these tests say so."""

import socket
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from daphne.server import Server
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from playwright.sync_api import Browser, Page, sync_playwright

from klikyai.asgi import application
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.generation.conftest import patient, rich

__all__ = ["patient", "rich"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: install the package chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=ARGUMENTS,
        )
        yield browser
        browser.close()


class Served(NamedTuple):
    url: str


@pytest.fixture(scope="session")
def daphne() -> str:
    """As make run serves it, sockets included, in a thread: a reactor starts once in a process and dies with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready = threading.Event()
    server = Server(
        ASGIStaticFilesHandler(application), endpoints=[f"tcp:port={port}:interface=127.0.0.1"],
        signal_handlers=False, ready_callable=ready.set, verbosity=0,
    )  # fmt: skip
    threading.Thread(target=server.run, daemon=True).start()
    assert ready.wait(20)
    return f"http://localhost:{port}"


@pytest.fixture
def house(transactional_db: None, daphne: str) -> Served:
    return Served(daphne)


@pytest.fixture
def page(chromium: Browser, transactional_db: None, settings: object) -> Iterator[Page]:
    """Closed before its tables are emptied and its files forgotten: what it still loads would be missing."""
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))  # type: ignore[attr-defined]
    yield page
    context.close()
    assert page.complaints == []  # type: ignore[attr-defined]
