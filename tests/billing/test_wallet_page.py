import csv
from io import StringIO

import pytest
from django.test import Client

from accounts.models import User
from billing import credits
from billing.models import Coupon, Wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def rows(browser: Client) -> list[list[str]]:
    answer = browser.get("/wallet/statement.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode())))[1:]


def test_the_page_shows_what_there_is_and_why(alice: User, browser: Client) -> None:
    credits.grant(alice, 1234, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="job:1", title="Image · <b>boat</b>")
    page = browser.get("/wallet/").content.decode()
    assert "1,204" in page
    assert "Image · &lt;b&gt;boat&lt;/b&gt;" in page
    assert "Bought" in page


def test_a_wrong_cursor_leads_to_the_first_page(browser: Client) -> None:
    assert browser.get("/wallet/statement/?cursor=nonsense").status_code == 302


def test_the_table_can_be_followed_with_a_pencil(alice: User, browser: Client) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="job:1", title="Image")
    credits.capture("job:1", 20)
    assert [(row[4], row[5]) for row in rows(browser)] == [("100", "100"), ("-30", "70"), ("10", "80")]


@pytest.mark.parametrize("words", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1", "|calc"])
def test_no_cell_is_a_formula(alice: User, browser: Client, words: str) -> None:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="job:1", title=words)
    cell = rows(browser)[1][2]
    assert cell == f"'{words}"


def test_a_statement_is_of_its_owner_alone(bob: User, browser: Client) -> None:
    credits.grant(bob, 100, reference="pay", kind="purchase")
    assert rows(browser) == []


def test_a_code_is_redeemed_by_a_form(alice: User, browser: Client) -> None:
    Coupon.objects.create(code="SUNRISE", credits=25)
    for words in ("25 credits are yours", "used this code already"):
        assert words in browser.post("/wallet/coupons/", {"code": "sunrise"}, follow=True).content.decode()
    assert credits.balance(alice).available == 25


def test_caps_are_set_and_lifted_by_a_form(alice: User, browser: Client) -> None:
    browser.post("/wallet/caps/", {"daily_cap": "5", "monthly_cap": ""})
    assert Wallet.objects.values_list("daily_cap", "monthly_cap").get(user=alice) == (5, None)
    browser.post("/wallet/caps/", {"daily_cap": "", "monthly_cap": "7"})
    assert Wallet.objects.values_list("daily_cap", "monthly_cap").get(user=alice) == (None, 7)
    assert "whole number" in browser.post("/wallet/caps/", {"daily_cap": "-1"}, follow=True).content.decode()


def test_tools_and_packs_speak_the_language_of_the_page(alice: User, browser: Client) -> None:
    german = {"Accept-Language": "de"}
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="job:1", title="Bild", tool="image_to_image")
    page = browser.get("/wallet/", headers=german).content.decode()
    assert "Bild aus Bild" in page
    assert "Image to image" not in page
    packs = browser.get("/wallet/buy/", headers=german).content.decode()
    assert "2.000 Credits" in packs
    assert "2,000 credits" not in packs
