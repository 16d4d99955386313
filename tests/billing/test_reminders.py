import pytest
from django.conf import settings
from django.core import mail

from accounts import letters
from accounts.models import User
from billing import credits
from billing.models import TopUp
from billing.reminders import tell_low
from tests.billing import shop

pytestmark = pytest.mark.django_db


def spend(user: User, amount: int, reference: str) -> None:
    credits.hold(user, amount, reference=reference)
    credits.capture(reference, amount)


def test_little_is_said_once_and_again_after_there_was_more(alice: User) -> None:
    credits.grant(alice, settings.LOW_BALANCE + 5, reference="one", kind="purchase")
    spend(alice, 5, "job:1")
    assert tell_low() == 0
    spend(alice, 1, "job:2")
    assert [tell_low(), tell_low()] == [1, 0]
    assert f"{settings.LOW_BALANCE - 1} credits left" in mail.outbox[0].body
    assert "In the last seven days you used 6 credits" in mail.outbox[0].body
    assert f"Buy credits: {settings.SITE_URL}/wallet/buy/" in mail.outbox[0].body
    assert mail.outbox[0].to == ["alice@example.org"]
    credits.grant(alice, 100, reference="two", kind="purchase")
    tell_low()
    spend(alice, 110, "job:3")
    assert tell_low() == 1


def test_whoever_never_used_a_credit_is_left_in_peace(alice: User, bob: User) -> None:
    credits.grant(alice, 1, reference="one", kind="welcome")
    assert tell_low() == 0


def test_whoever_is_gone_is_left_in_peace(alice: User) -> None:
    credits.grant(alice, 5, reference="one", kind="purchase")
    spend(alice, 5, "job:1")
    User.objects.update(is_active=False)
    assert tell_low() == 0


@pytest.mark.parametrize(("trouble", "told"), [("", 0), ("declined", 1)])
def test_whoever_tops_up_by_themselves_hears_it_only_when_that_fails(alice: User, trouble: str, told: int) -> None:
    credits.grant(alice, 5, reference="one", kind="purchase")
    spend(alice, 5, "job:1")
    TopUp.objects.create(user=alice, pack=shop.pack(), below=10, trouble=trouble)
    assert tell_low() == told


def test_a_letter_says_the_same_in_both_dresses_and_runs_nothing(alice: User) -> None:
    body = "Thank you.\n\n<script>alert(1)</script> https://klikyai.example/x"
    letters.write(alice, "A <b>receipt</b>", body, letters.Step("Look", "https://klikyai.example/?a=1&b=2"))
    letter = mail.outbox[0]
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert "<script>" not in html
    assert "&lt;b&gt;receipt" in html
    assert 'href="https://klikyai.example/?a=1&amp;b=2"' in html
    assert letter.body == f"{body}\n\nLook: https://klikyai.example/?a=1&b=2\n"
