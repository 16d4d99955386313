import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CODE = re.compile(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


def code_from_mail() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="Begin with an e-mail address").click()
    page.get_by_label("Email").fill("eve@example.org")
    page.get_by_role("button", name=re.compile("sign up", re.IGNORECASE)).last.click()
    page.get_by_label("Code").fill(code_from_mail())
    page.get_by_role("button", name="Confirm").click()


@pytest.mark.django_db(transaction=True)
def test_sign_up_by_code(page: Page, live_server: LiveServer) -> None:
    sign_up(page, live_server)
    expect(page.get_by_role("heading", level=1)).to_have_text("eve@example.org")


@pytest.mark.django_db(transaction=True)
def test_sign_in_by_code_after_signing_out(page: Page, live_server: LiveServer) -> None:
    sign_up(page, live_server)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("Email").fill("EVE@example.org")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_label("Code").fill(code_from_mail())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("eve@example.org")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_pages_are_accessible(page: Page, live_server: LiveServer, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    sign_up(page, live_server)
    paths = ["/account/", "/accounts/email/", "/accounts/2fa/", "/accounts/sessions/", "/status/", "/dev/mail/"]
    strangers = ["/", "/accounts/signup/", "/accounts/login/", "/accounts/login/code/"]
    complaints = [found for path in paths for found in grave(page, live_server.url + path)]
    page.context.clear_cookies()
    complaints += [found for path in strangers for found in grave(page, live_server.url + path)]
    assert complaints == []


def grave(page: Page, url: str) -> list[str]:
    page.goto(url)
    found = Axe().run(page).response["violations"]
    grave = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    return [f"{url} {violation['id']} {violation['nodes'][0]['html']}" for violation in grave]
