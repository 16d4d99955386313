"""What staff may do with credits: with a right, with a reason, once, and noted."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from billing import credits
from billing.invariants import broken
from billing.models import Coupon, Hold, Pack, Price, Transfer, Wallet

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BOOKS = ("wallet", "transfer", "hold")
CATALOGUE = ("pack", "plan", "membership", "price", "coupon")


def staff(role: str) -> Client:
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, BACKEND)
    return client


@pytest.fixture
def wallet(alice: User) -> Wallet:
    credits.grant(alice, 100, reference="pay", kind="purchase")
    credits.hold(alice, 30, reference="job:1")
    credits.capture("job:1", 20)
    return Wallet.objects.get(user=alice)


def fill(client: Client, address: str, **fields: object) -> dict[str, object]:
    """The form as a browser would send it, with the name that it was given for this one act."""
    once = re.search(r'name="once" value="([^"]+)"', client.get(address).content.decode())
    assert once is not None
    return {"once": once[1], **fields}


@pytest.mark.parametrize("name", [*BOOKS, *CATALOGUE])
def test_finance_sees_every_book(wallet: Wallet, name: str) -> None:
    client = staff("finance")
    assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:billing_{name}_changelist"), {"q": "alice@example.org"}).status_code == 200


def test_one_entry_is_shown_with_its_legs(wallet: Wallet) -> None:
    page = staff("finance").get(reverse("admin:billing_transfer_change", args=[Transfer.objects.first().pk]))
    assert page.status_code == 200
    assert "purchases" in page.content.decode()


def test_books_in_debt_can_be_asked_for(wallet: Wallet) -> None:
    page = staff("finance").get(reverse("admin:billing_wallet_changelist"), {"owing": "yes"}).content.decode()
    assert "alice@example.org" not in page


@pytest.mark.parametrize("name", BOOKS)
def test_nobody_writes_a_book_by_a_form(wallet: Wallet, dana: User, name: str) -> None:
    client = Client()
    client.force_login(dana, BACKEND)
    row = {"wallet": Wallet, "transfer": Transfer, "hold": Hold}[name].objects.first()
    assert client.get(reverse(f"admin:billing_{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:billing_{name}_change", args=[row.pk]), {"available": 999}).status_code == 403
    assert client.post(reverse(f"admin:billing_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_an_adjustment_has_a_reason_an_actor_and_happens_once(wallet: Wallet) -> None:
    client, address = staff("finance"), f"/admin/billing/wallet/{wallet.pk}/adjust/"
    form = fill(client, address, amount="7", reason="a lost job")
    client.post(address, form)
    client.post(address, form)
    wallet.refresh_from_db()
    assert wallet.available == 87
    transfer = Transfer.objects.get(kind="adjustment")
    assert transfer.note == "a lost job"
    assert transfer.actor == str(User.objects.get(email="finance@example.org").public_id)
    assert AuditEntry.objects.filter(action="credits adjusted").count() == 1
    assert broken() == []


@pytest.mark.parametrize("wrong", [{"amount": "1.5"}, {"amount": "", "reason": "x"}, {"amount": "5", "reason": " "}])
def test_an_adjustment_without_number_or_reason_is_asked_again(wallet: Wallet, wrong: dict[str, str]) -> None:
    client, address = staff("finance"), f"/admin/billing/wallet/{wallet.pk}/adjust/"
    assert client.post(address, fill(client, address, **wrong)).status_code == 200
    assert not Transfer.objects.filter(kind="adjustment").exists()


def test_too_much_is_refused_in_words(wallet: Wallet) -> None:
    client, address = staff("finance"), f"/admin/billing/wallet/{wallet.pk}/adjust/"
    page = client.post(address, fill(client, address, amount="-1000", reason="x"), follow=True).content.decode()
    assert "not so many credits" in page


def test_what_was_charged_is_refunded_once(wallet: Wallet) -> None:
    client, address = staff("finance"), f"/admin/billing/hold/{Hold.objects.get().pk}/refund/"
    form = fill(client, address, amount="5", reason="blurred")
    client.post(address, form)
    client.post(address, form)
    assert Hold.objects.get().refunded == 5
    assert AuditEntry.objects.filter(action="credits refunded").count() == 1


def test_support_looks_and_does_not_touch(wallet: Wallet) -> None:
    client = staff("support")
    assert client.get(reverse("admin:billing_wallet_changelist")).status_code == 200
    assert client.get(reverse("admin:billing_coupon_changelist")).status_code == 403
    assert client.post(f"/admin/billing/wallet/{wallet.pk}/adjust/", {"amount": "5", "reason": "x"}).status_code == 403
    assert client.post(f"/admin/billing/hold/{Hold.objects.get().pk}/refund/", {"amount": "5"}).status_code == 403


def test_a_price_is_followed_never_changed(wallet: Wallet) -> None:
    client = staff("finance")
    form = {"tool": "text_to_image", "model": "x", "credits": "4", "since_0": "2026-01-01", "since_1": "00:00"}
    client.post(reverse("admin:billing_price_add"), form)
    assert not Price.objects.exists()
    form |= {"since_0": f"{timezone.now():%Y-%m-%d}", "since_1": f"{timezone.now():%H:%M:%S}"}
    client.post(reverse("admin:billing_price_add"), form)
    price = Price.objects.get()
    client.post(reverse("admin:billing_price_change", args=[price.pk]), form | {"credits": "9"})
    client.post(reverse("admin:billing_price_delete", args=[price.pk]), {"post": "yes"})
    assert Price.objects.get().credits == 4
    assert AuditEntry.objects.filter(action="price added").count() == 1


def test_a_code_that_is_redeemed_meanwhile_keeps_its_count() -> None:
    coupon = Coupon.objects.create(code="MANY", credits=5, uses=10)
    client, form = staff("finance"), {"code": "MANY", "credits": "6", "uses": "10"}
    Coupon.objects.update(used=3)
    client.post(reverse("admin:billing_coupon_change", args=[coupon.pk]), form)
    coupon.refresh_from_db()
    assert (coupon.credits, coupon.used) == (6, 3)


def test_a_code_cannot_be_made_for_fewer_than_used_it() -> None:
    coupon = Coupon.objects.create(code="MANY", credits=5, uses=10, used=3)
    form = {"code": "MANY", "credits": "5", "uses": "2"}
    assert staff("finance").post(reverse("admin:billing_coupon_change", args=[coupon.pk]), form).status_code == 200
    coupon.refresh_from_db()
    assert coupon.uses == 10


def test_a_code_is_kept_in_capitals() -> None:
    staff("finance").post(reverse("admin:billing_coupon_add"), {"code": "small", "credits": "5", "uses": "1"})
    assert not Coupon.objects.exists()


def test_what_staff_changed_stays_after_a_migration() -> None:
    Pack.objects.filter(slug="credits-500").update(amount=999)
    call_command("migrate", verbosity=0)
    assert Pack.objects.get(slug="credits-500").amount == 999
