"""Every page, in both themes and three widths: what axe says, what it weighs, whether it jumps."""

import os
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts.models import User
from billing import credits
from generation.models import Model
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.making import make, open_studio, press
from tests.browser.test_sign_in import picture

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
OUTSIDE = [
    "/",
    "/accounts/signup/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/status/",
]
INSIDE = [
    "/studio/text_to_image/", "/studio/image_to_image/", "/studio/inpaint/", "/library/", "/wallet/",
    "/wallet/statement/", "/wallet/buy/",
    "/account/", "/developer/", "/account/security/", "/accounts/email/", "/accounts/password/set/", "/accounts/2fa/",
    "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/phone/change/", "/account/data/",
    "/account/close/", "/accounts/sessions/", "/dev/mail/", "/dev/components/",
]  # fmt: skip
HEAVIEST = 150_000
# What a theme or a width can change; all the rest is asked once a page.
LIGHT = ["color-contrast", "target-size"]
WIDTHS = (1440, 768, 360)

SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
WEIGHT = """
[performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")]
  .filter((one) => !["img", "image"].includes(one.initiatorType) && !/\\.(webp|png)|content|thumbnail/.test(one.name))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)
"""


@pytest.fixture
def someone(page: Page, house: Served, alice: User, patient: Model) -> Page:
    """With a picture made, so that the pages are not empty."""
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    credits.grant(alice, 1000, reference="tests", kind="promotion")
    page.add_init_script(SHIFTS)
    enter(page, house, alice)
    open_studio(page, house)
    press(page, "a red boat")
    make(page)
    return page


@pytest.mark.django_db(transaction=True)
def test_pages_of_somebody_signed_in(someone: Page, house: Served) -> None:
    assert [found for path in INSIDE for found in complaints(someone, house.url + path)] == []


@pytest.mark.django_db(transaction=True)
def test_pages_of_everybody(page: Page, house: Served) -> None:
    page.add_init_script(SHIFTS)
    assert [found for path in OUTSIDE for found in complaints(page, house.url + path)] == []


def complaints(page: Page, url: str) -> list[str]:
    page.emulate_media(reduced_motion="reduce")  # a colour on its way from one theme to the other is neither
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(url)
    page.wait_for_load_state("networkidle")
    found = []
    if (weight := page.evaluate(WEIGHT)) > HEAVIEST:
        found.append(f"{url} weighs {weight} bytes without pictures")
    if (shift := page.evaluate("window.shifted")) > 0.02:
        found.append(f"{url} jumps by {shift:.3f}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{url} scrolls sideways at {width}")
        found += grave(page, url, {} if width == WIDTHS[0] else {"runOnly": LIGHT})
        picture(page, url)
        wear(page, "light")
        found += grave(page, url, {"runOnly": LIGHT})
        picture(page, url)
        wear(page, "dark")
    return found


def wear(page: Page, theme: str) -> None:
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done), 20)))"
    )


def grave(page: Page, url: str, options: dict[str, Any]) -> list[str]:
    at = f"{url} {page.viewport_size} {page.locator('html').get_attribute('data-theme')}"
    said = Axe().run(page, options=options).response["violations"]
    return [
        f"{at}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in said if one["impact"] in {"serious", "critical"}
    ]
