"""A person buys credits: wallet, packs, the sandbox's pay page, and back, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from billing.invariants import broken
from billing.models import Order, Wallet
from tests.billing import shop
from tests.billing.conftest import plan
from tests.browser.conftest import Served
from tests.browser.inside import enter
from tests.browser.test_sign_in import grave, wear

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(page: Page, house: Served, alice: User) -> Page:
    """Alice before the sandbox's pay page, with 500 credits in her basket."""
    for number, amount in ((100, 200), (500, 900), (2000, 3200)):
        shop.pack(number, amount, title=f"{number} credits")
    enter(page, house, alice)
    page.goto(f"{house.url}/wallet/")
    page.get_by_role("link", name="Buy credits").first.click()
    page.get_by_role("radio", name="500 credits").check()
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sandbox checkout")
    return page


def pay(page: Page, card: str) -> None:
    page.get_by_role("radio", name=card).check()
    page.get_by_role("button", name="Pay €9.00").click()


def test_a_pack_is_paid_and_there(till: Page, house: Served, alice: User) -> None:
    pay(till, "4242 4242 4242 4242")
    expect(till.get_by_text("Paid. The credits are yours. You have 500.")).to_be_visible()
    till.get_by_role("link", name="Wallet").first.click()
    expect(till.get_by_role("paragraph").filter(has_text="credits to spend")).to_contain_text("500")
    expect(till.get_by_text("Bought")).to_be_visible()
    assert (Wallet.objects.get(user=alice).available, broken()) == (500, [])


def test_a_declined_card_may_be_followed_by_another(till: Page) -> None:
    pay(till, "4000 0000 0000 0002")
    expect(till.get_by_text("Your card was declined. Try another.")).to_be_visible()
    pay(till, "4242 4242 4242 4242")
    expect(till.get_by_text("Paid. The credits are yours.")).to_be_visible()


def test_a_bank_that_asks_is_answered(till: Page, alice: User) -> None:
    pay(till, "4000 0025 0000 3155")
    expect(till.get_by_text("Is this payment yours? 500 credits, €9.00")).to_be_visible()
    assert not Wallet.objects.filter(user=alice, available__gt=0).exists()
    till.get_by_role("button", name="Confirm").click()
    expect(till.get_by_text("Paid. The credits are yours.")).to_be_visible()


def test_the_waiting_page_sees_the_grant_without_being_asked(till: Page, house: Served) -> None:
    pay(till, "Bank transfer")
    expect(till.get_by_text("Waiting for the payment to be confirmed.")).to_be_visible()
    bank = till.context.new_page()
    bank.goto(f"{house.url}/sandbox/{Order.objects.get().public_id}/")
    bank.get_by_role("button", name="The bank says yes").click()
    expect(till.get_by_text("Paid. The credits are yours. You have 500.")).to_be_visible()
    expect(till.get_by_text("Waiting for the payment")).to_be_hidden()


def test_a_plan_is_taken_changed_and_ended(till: Page, house: Served) -> None:
    plan("pro", 1000, 1900)
    plan("studio", 3000, 4900)
    till.goto(f"{house.url}/wallet/buy/")
    till.get_by_role("listitem").filter(has_text="Pro").get_by_role("button", name="Choose").click()
    till.get_by_role("button", name="Pay €19.00").click()
    expect(till.get_by_text("Paid. The credits are yours.")).to_be_visible()
    till.goto(f"{house.url}/wallet/buy/")
    till.get_by_role("button", name="Change now · €49.00").click()
    expect(till.get_by_text("You are on Studio.")).to_be_visible()
    expect(till.get_by_text("You have 4,000 credits.")).to_be_visible()
    till.get_by_role("button", name="End the plan with this month").click()
    expect(till.get_by_role("button", name="Keep the plan")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_page_of_the_purchase_is_accessible(till: Page, house: Served, theme: str) -> None:
    """With SHOTS=folder each is kept as a picture, to be looked at."""
    plan("pro", 1000, 1900)
    order = Order.objects.get().public_id
    addresses = {
        "buy": "/wallet/buy/", "pay": f"/sandbox/{order}/", "order": f"/wallet/orders/{order}/",
        "portal": "/sandbox/portal/",
    }  # fmt: skip
    wear(till, house, theme)
    for width in (390, 1440):
        till.set_viewport_size({"width": width, "height": 900})
        for name, address in addresses.items():
            assert grave(till, f"{house.url}{address}") == [], (name, width)
            assert till.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            shoot(till, f"{name}-{theme}-{width}")
    till.goto(f"{house.url}/sandbox/{order}/")
    pay(till, "4000 0025 0000 3155")
    shoot(till, f"bank-{theme}-1440")
    till.get_by_role("button", name="Confirm").click()
    expect(till.get_by_text("Paid. The credits are yours.")).to_be_visible()
    assert grave(till, till.url) == []
    shoot(till, f"paid-{theme}-1440")


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
