"""A mail server that is not there: said as such, and nothing that was done is undone by it."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.test import Client, RequestFactory

from accounts.models import User
from tests.accounts.test_auth_api import post, proved


@pytest.fixture(autouse=True)
def _no_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_the_api_says_try_again(client: Client, alice: User, email: str) -> None:
    proved(alice)
    answer = post(client, "login", {"email": email})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer["Retry-After"]


def test_a_page_says_try_again(client: Client, alice: User) -> None:
    answer = client.post("/accounts/login/code/", {"email": proved(alice).email})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "No mail can be sent" in answer.content.decode()


def test_what_has_happened_stays_when_nobody_can_be_told(alice: User) -> None:
    request = RequestFactory().get("/")
    with request_context(request):
        get_adapter().send_notification_mail("account/email/password_changed", alice, email=alice.email)
