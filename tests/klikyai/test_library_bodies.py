"""What allauth would read as JSON is JSON as it is meant, or it does not come in."""

from typing import Any

import pytest
from django.test import Client

from tests.klikyai.test_envelope import refused

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/app/v1/auth/login"
REDIRECT = "/_allauth/browser/v1/auth/provider/redirect"
JSON = "application/json"
EVIL = {
    "deep": b"[" * 100_000,
    "twice": b'{"email": "a@example.org", "email": "b@example.org", "password": "x"}',
    "lone surrogate": b'{"email": "\\ud800@example.org", "password": "x"}',
    "digits": b'{"email": ' + b"1" * 5000 + b"}",
}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "nothing"])
@pytest.mark.parametrize("raw", [*EVIL.values(), b"{}", b" "], ids=[*EVIL, "good", "space"])
def test_another_kind_of_content_is_refused(client: Client, kind: str, raw: bytes) -> None:
    refused(client.post(LOGIN, raw, content_type=kind), 415, "unsupported_media")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_by_every_method(client: Client, method: str) -> None:
    refused(client.generic(method, LOGIN, EVIL["deep"], "text/plain"), 415, "unsupported_media")


@pytest.mark.parametrize("kind", [JSON, "Application/JSON; charset=latin-1"])
@pytest.mark.parametrize("raw", EVIL.values(), ids=EVIL)
def test_evil_json_is_refused(client: Client, kind: str, raw: bytes) -> None:
    refused(client.post(LOGIN, raw, content_type=kind), 400, "invalid_request")


def test_json_as_large_as_nowhere_else_is_refused(client: Client, settings: Any) -> None:
    raw = b'{"email": "' + b"x" * settings.LARGEST_JSON + b'"}'
    refused(client.post(LOGIN, raw, content_type=JSON), 413, "too_large")


def test_no_body_is_no_content_of_the_wrong_kind(client: Client) -> None:
    assert client.post("/_allauth/app/v1/auth/code/resend", b"", content_type="text/plain").status_code == 409


@pytest.mark.parametrize("how", [{}, {"content_type": "application/x-www-form-urlencoded"}])
def test_the_form_that_leads_to_another_house_is_taken(client: Client, how: dict[str, str], settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [{"client_id": "us", "secret": "x"}]}}
    form: Any = {"provider": "google", "callback_url": "/studio/", "process": "login"}
    if how:
        form = "provider=google&callback_url=/studio/&process=login"
    answer = client.post(REDIRECT, form, **how)
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://accounts.google.com/")
