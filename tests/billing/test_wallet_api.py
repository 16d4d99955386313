import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from billing import credits, money
from billing.models import Coupon, Pack
from tests.conftest import with_key

pytestmark = pytest.mark.django_db


def give(user: User, amount: int = 100, reference: str = "pay", kind: str = "purchase") -> None:
    credits.grant(user, amount, reference=reference, kind=kind)


def data(response: object) -> dict:
    assert response.status_code < 300, response.content
    return response.json()["data"]


def test_a_wallet_says_what_is_there_and_set_aside(alice: User, alice_api: APIClient) -> None:
    give(alice)
    credits.hold(alice, 30, reference="job:1")
    wallet = data(alice_api.get("/api/v1/wallet"))
    assert (wallet["available"], wallet["held"], wallet["debt"], wallet["plan"]) == (70, 30, 0, "free")


def test_whoever_never_had_a_credit_has_an_empty_wallet(bob_api: APIClient) -> None:
    assert data(bob_api.get("/api/v1/wallet"))["available"] == 0
    assert data(bob_api.get("/api/v1/wallet/entries"))["items"] == []


def test_a_statement_explains_every_credit(alice: User, alice_api: APIClient) -> None:
    give(alice)
    credits.hold(alice, 30, reference="job:1", title="Image · 'red boat'")
    credits.capture("job:1", 20)
    items = data(alice_api.get("/api/v1/wallet/entries"))["items"]
    assert [(row["kind"], row["title"], row["available"], row["held"], row["charged"]) for row in items] == [
        ("use", "Image · 'red boat'", 10, -30, 20),
        ("hold", "Image · 'red boat'", -30, 30, 0),
        ("purchase", "Bought", 100, 0, 0),
    ]
    assert sum(row["available"] for row in items) == credits.balance(alice).available


def test_a_statement_is_of_its_owner_alone(alice: User, charlie_api: APIClient) -> None:
    give(alice)
    assert data(charlie_api.get("/api/v1/wallet/entries"))["items"] == []


def test_a_statement_is_read_page_by_page(alice: User, alice_api: APIClient) -> None:
    for number in range(5):
        give(alice, 1, f"pay:{number}")
    first = data(alice_api.get("/api/v1/wallet/entries?limit=3"))
    rest = data(alice_api.get("/api/v1/wallet/entries", {"limit": 3, "cursor": first["pagination"]["next"]}))
    seen = [row["id"] for row in first["items"] + rest["items"]]
    assert seen == [f"pay:{number}" for number in (4, 3, 2, 1, 0)]


def test_a_longer_statement_takes_no_more_queries(alice: User, alice_api: APIClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            data(alice_api.get("/api/v1/wallet/entries"))
        return len(captured)

    give(alice, 1, "one")
    credits.hold(alice, 1, reference="job:first")
    queries()  # the first call of a key notes that it was used
    before = queries()
    for number in range(15):
        give(alice, 1, f"more:{number}")
        credits.hold(alice, 1, reference=f"job:{number}")
    assert queries() == before


@pytest.mark.parametrize("cap", [-1, 1.5, True, "5", 2**31])
def test_a_cap_is_a_whole_number(alice: User, cap: object) -> None:
    answer = with_admin_key(alice).patch("/api/v1/wallet", {"daily_cap": cap}, format="json")
    assert answer.status_code == 400


def with_admin_key(user: User) -> APIClient:
    client = with_key(user)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {api_keys.issue(user, 'admin', ['admin', 'read'])[1]}")
    return client


def test_caps_are_set_and_lifted_one_by_one(alice: User) -> None:
    api = with_admin_key(alice)
    api.patch("/api/v1/wallet", {"daily_cap": 5, "monthly_cap": 50}, format="json")
    wallet = data(api.patch("/api/v1/wallet", {"daily_cap": None}, format="json"))
    assert (wallet["daily_cap"], wallet["monthly_cap"]) == (None, 50)


def test_a_key_that_only_spends_cannot_lift_a_cap(alice: User) -> None:
    api = with_key(alice)
    _key, secret = api_keys.issue(alice, "spender", ["read", "generate", "billing"])
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert api.patch("/api/v1/wallet", {"daily_cap": None}, format="json").status_code == 403


def test_what_is_on_sale_is_listed_and_the_rest_not(alice_api: APIClient) -> None:
    Pack.objects.create(slug="old", title="Old", credits=1, amount=1, active=False)
    Pack.objects.create(slug="yen", title="Yen", credits=10, amount=500, currency="jpy")
    packs = {row["id"]: row["price"] for row in data(alice_api.get("/api/v1/packs"))["items"]}
    assert "old" not in packs
    assert packs["yen"] == "¥500"
    assert packs["credits-500"] == "€5.00"


def test_one_plan_is_mine(alice_api: APIClient) -> None:
    plans = data(alice_api.get("/api/v1/plans"))["items"]
    assert [row["id"] for row in plans if row["current"]] == ["free"]


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [(5, "eur", "€0.05"), (123456, "usd", "$1,234.56"), (500, "jpy", "¥500"), (1500, "kwd", "1.500 KWD")],
)
def test_money_is_written_as_its_currency_is(amount: int, currency: str, words: str) -> None:
    assert money.written(amount, currency) == words


def test_a_code_is_redeemed_over_the_api(alice: User, alice_api: APIClient) -> None:
    Coupon.objects.create(code="SUNRISE", credits=25)
    for _ in range(2):
        again = alice_api.post("/api/v1/wallet/coupons", {"code": "sunrise"}, format="json", HTTP_IDEMPOTENCY_KEY="k")
        assert again.status_code == 201
    assert credits.balance(alice).available == 25
    other = alice_api.post("/api/v1/wallet/coupons", {"code": "sunrise"}, format="json")
    assert other.status_code == 409


@pytest.mark.parametrize("code", ["", "a b", "x" * 41, "é-é", "\u0000abc", 5, None])
def test_what_cannot_be_a_code_is_refused(alice_api: APIClient, code: object) -> None:
    assert alice_api.post("/api/v1/wallet/coupons", {"code": code}, format="json").status_code == 400


@pytest.mark.parametrize(("language", "written"), [("en", "€1,234.50"), ("de", "1.234,50\N{NO-BREAK SPACE}€")])
def test_money_is_written_as_its_reader_writes_it(language: str, written: str) -> None:
    with translation.override(language):
        assert money.written(123450, "eur") == written
