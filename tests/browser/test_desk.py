"""The staff's desk and the pages that say no: right in both themes, at both widths, for everybody."""

import os

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts import api_keys, audit
from accounts.models import User
from billing import credits
from billing.models import Hold, Wallet
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.test_sign_in import grave, wear

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def some_work(dana: User) -> list[str]:
    """Something on every desk, and the addresses of the desks."""
    alice = User.objects.create_user("alice@example.org", name="Alice")
    key, _secret = api_keys.issue(alice, "laptop")
    credits.grant(alice, 100, reference="tests:alice", kind="promotion")
    credits.hold(alice, 10, reference="tests:hold", title="A picture")
    audit.record(dana, "looked", str(alice.public_id), reason="a test")
    wallet, hold = Wallet.objects.get(user=alice), Hold.objects.get()
    return [
        "/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{alice.pk}/change/",
        f"/admin/accounts/user/{alice.pk}/deactivate/", "/admin/accounts/apikey/",
        f"/admin/accounts/apikey/{key.pk}/change/", "/admin/accounts/auditentry/", "/admin/billing/wallet/",
        f"/admin/billing/wallet/{wallet.pk}/change/", f"/admin/billing/wallet/{wallet.pk}/adjust/",
        "/admin/billing/transfer/", f"/admin/billing/hold/{hold.pk}/change/", "/admin/billing/pack/",
        "/admin/generation/job/", "/admin/generation/model/", "/admin/generation/worker/", "/admin/media/asset/",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_the_desk_is_accessible_and_breaks_no_policy(page: Page, house: Served, theme: str, width: int) -> None:
    dana = User.objects.create_superuser("dana@example.org")
    enter(page, house, dana)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    complaints = []
    for where in some_work(dana):
        response = page.goto(house.url + where)
        assert response is not None
        assert response.status == 200, where
        assert "'unsafe-inline'" not in response.headers["content-security-policy"].partition("style-src")[0]
        expect(page.locator("#content, #main, main").first).to_be_visible()
        expect(page.locator("#search-input-command")).to_be_hidden()
        assert ("dark" in (page.locator("html").get_attribute("class") or "")) is (theme == "dark")
        complaints += grave(page, house.url + where)
    assert complaints == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pages_that_say_no_are_dressed(page: Page, house: Served, theme: str) -> None:
    wear(page, house, theme)
    supporter = User.objects.create_user("support@example.org", is_staff=True)
    supporter.groups.add(Group.objects.get(name="support"))
    enter(page, house, supporter)
    complaints = [found for path in ("/nothing-here/", "/django-rq/") for found in grave(page, house.url + path)]
    assert page.locator("h1").count() == 1
    page.context.clear_cookies()
    complaints += [found for path in ("/nothing-here/", "/shared/nothing/") for found in grave(page, house.url + path)]
    page.complaints.clear()  # type: ignore[attr-defined]  # a 404 is one
    assert complaints == []
