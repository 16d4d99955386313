"""A passkey of Chromium's own making, through the real pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_sign_in import at_home, sign_up

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_made_and_then_signs_in(page: Page, house: Served) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_up(page, house)
    page.goto(f"{house.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile("/accounts/2fa/"))
    page.wait_for_url(lambda url: not url.endswith("/webauthn/add/"))
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{house.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    at_home(page, house)
