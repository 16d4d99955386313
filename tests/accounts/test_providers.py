"""Signing up by Google: one account to a mailbox, as many a day as by a form, and none where none are taken."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from django.core import mail
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client

from accounts import adapter, limits
from accounts.errors import RateLimited
from accounts.models import User
from accounts.providers import SocialAdapter

pytestmark = pytest.mark.django_db
SPELLINGS = ["aliceb@gmail.com", "a.lice.b@gmail.com", "Alice.B@googlemail.com"]
Comes = Callable[..., HttpResponse]


@pytest.fixture
def comes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Comes:
    """Somebody of whom Google says this, from the button to what is answered."""
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [{"client_id": "us", "secret": "ours"}]}}
    monkeypatch.setattr(OAuth2Client, "get_access_token", lambda *_all, **_more: {"access_token": "token"})

    def come(email: str, *, verified: bool = True, client: Client | None = None) -> HttpResponse:
        said = {"sub": email or "nameless", "email": email, "email_verified": verified, "name": "A. B."}
        monkeypatch.setattr(GoogleOAuth2Adapter, "_fetch_user_info", lambda *_all: said)
        client = client or Client()
        away = client.post("/accounts/google/login/")["Location"]
        state = parse_qs(urlsplit(away).query)["state"][0]
        return client.get("/accounts/google/login/callback/", {"code": "x", "state": state})

    return come


@pytest.fixture
def aliceb() -> User:
    return User.objects.create_user(SPELLINGS[0])


def test_somebody_new_is_let_in(comes: Comes) -> None:
    assert comes("new@gmail.com")["Location"] == "/studio/"
    assert SocialAccount.objects.get().user.email == "new@gmail.com"
    assert comes("new@gmail.com")["Location"] == "/studio/"
    assert User.objects.count() == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("language", "words"), [("en", "Each mailbox has one account"), ("de", "Zu jedem Postfach")])
def test_a_mailbox_that_has_an_account_gets_no_other(
    comes: Comes, aliceb: User, spelling: str, language: str, words: str
) -> None:
    answer = comes(spelling, client=Client(headers={"Accept-Language": language}))
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


@pytest.mark.parametrize("email", [*SPELLINGS, "new@gmail.com"])
def test_whoever_only_says_that_it_is_theirs_learns_nothing(comes: Comes, aliceb: User, email: str) -> None:
    answer = comes(email, verified=False)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert len(mail.outbox) == 1
    assert SocialAccount.objects.count() == (email == "new@gmail.com")


def test_the_same_mailbox_twice_at_once_is_one_account(
    comes: Comes, aliceb: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looked before the first was there."""
    monkeypatch.setattr(SocialAdapter, "is_auto_signup_allowed", DefaultSocialAccountAdapter.is_auto_signup_allowed)
    assert comes(SPELLINGS[1]).status_code == 409
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_it_would_fail(comes: Comes, aliceb: User, settings: Any) -> None:
    settings.SOCIALACCOUNT_ADAPTER = "allauth.socialaccount.adapter.DefaultSocialAccountAdapter"
    with pytest.raises(IntegrityError):
        comes(SPELLINGS[1])


def test_a_block_signs_up_as_often_as_by_a_form(comes: Comes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "SIGN_UPS_PER_BLOCK", 2)
    assert [comes(f"new{number}@gmail.com").status_code for number in range(3)] == [302, 302, 429]
    assert (User.objects.count(), SocialAccount.objects.count()) == (2, 2)
    assert comes("new0@gmail.com")["Location"] == "/studio/"
    with pytest.raises(RateLimited):
        adapter.count_sign_up("127.0.0.1")
    limits.connection().flushdb()
    adapter.count_sign_up("127.0.0.1")


@pytest.mark.parametrize("email", [*SPELLINGS, "new@gmail.com"])
def test_whoever_comes_without_an_address_is_asked_for_one(comes: Comes, aliceb: User, email: str) -> None:
    client = Client()
    form = comes("", client=client)["Location"]
    assert client.get(form).status_code == 200
    answer = client.post(form, {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    counted = int(limits.connection().get("limit:sign-up:127.0.0.0/24") or 0)  # type: ignore[arg-type]
    assert SocialAccount.objects.count() == counted == (email == "new@gmail.com")


def test_a_program_is_told_by_a_status(comes: Comes, aliceb: User, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"sub": "1", "email": SPELLINGS[1], "email_verified": True}
    monkeypatch.setattr(
        GoogleProvider, "verify_token", lambda google, request, _token: google.sociallogin_from_response(request, said)
    )
    token = {"provider": "google", "process": "login", "token": {"client_id": "us", "id_token": "x"}}
    door = "/_allauth/app/v1/auth/provider/token"
    assert Client().post(door, token, content_type="application/json").status_code == 409
    said |= {"sub": "2", "email": "new@gmail.com"}
    assert Client().post(door, token, content_type="application/json").status_code == 200
    assert User.objects.count() == 2


def test_a_studio_that_takes_nobody_takes_nobody_by_google(comes: Comes, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    assert "No new accounts for now." in comes("new@gmail.com").content.decode()
    assert not User.objects.exists()
