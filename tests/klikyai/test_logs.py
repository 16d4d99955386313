import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from klikyai.logs import Lines
from klikyai.scrubber import Scrub, before_send

SECRETS = [
    "klik_abcdefghijklmnopqrstuvwxyz0123456789",
    "sk_live_abcdefghijklmnop",
    "whsec_abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
    "hunter2-is-secret",
]


def line(message: str, *args: object, **extra: object) -> str:
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, args, None)
    vars(record).update(extra)
    Scrub().filter(record)
    return Lines().format(record)


@pytest.mark.parametrize("secret", SECRETS[:4])
def test_a_secret_by_its_looks_is_hidden(secret: str) -> None:
    assert secret in line("nothing %s", "here") + secret
    assert secret not in line("the value was %s today", secret)


@pytest.mark.parametrize(
    "sentence",
    [
        "password=hunter2-is-secret",
        '{"password": "hunter2-is-secret"}',
        "postgresql://klikyai:hunter2-is-secret@127.0.0.1/klikyai",
        "Authorization: Bearer hunter2-is-secret",
        "GET /x?token=hunter2-is-secret&a=1",
    ],
)
def test_a_secret_by_its_place_is_hidden(sentence: str) -> None:
    assert "hunter2-is-secret" not in line(sentence)


def test_what_stands_beside_the_message_is_scrubbed_too() -> None:
    beside = {"why": f"refused {SECRETS[0]}", "token": SECRETS[4], "status_code": 503}
    shown = json.loads(line("no", **beside))
    assert (shown["why"], shown["token"], shown["status_code"]) == ("refused [hidden]", "[hidden]", 503)


def test_secrets_of_this_installation_are_hidden_wherever_they_stand(settings: Any) -> None:
    for secret in (settings.SECRET_KEY, settings.MFA_KEYS[0], settings.DATABASES["default"]["PASSWORD"]):
        assert secret not in line(f"a foreign sentence with {secret} in it")


def test_a_link_somebody_was_given_is_hidden_and_names_of_ours_are_not() -> None:
    link, job = f"/shared/{'aB3_' * 10}abc", "/api/v1/jobs/01234567-0123-4567-8901-012345678901/events"
    assert json.loads(line(f"GET {link}/ 200"))["message"] == "GET /shared/[hidden]/ 200"
    assert json.loads(line(f"GET {job} 200"))["message"] == f"GET {job} 200"


def test_an_error_is_scrubbed_too() -> None:
    try:
        raise ValueError(SECRETS[0])
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, __file__, 1, "broke", (), sys.exc_info())
    Scrub().filter(record)
    formatted = Lines().format(record)
    assert "ValueError" in formatted
    assert SECRETS[0] not in formatted


def test_what_goes_to_sentry_is_scrubbed() -> None:
    event = {
        "request": {"cookies": "sessionid=x", "data": {"password": "hunter2-is-secret"}, "url": f"/?k={SECRETS[0]}"}
    }
    sent = json.dumps(before_send(event, {}))
    assert "hunter2" not in sent
    assert SECRETS[0] not in sent
    assert "sessionid=x" not in sent


@pytest.mark.django_db
def test_a_request_leaves_one_line_with_its_name(client: Client, alice: User, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    with caplog.at_level(logging.INFO, "klikyai.request"):
        response = client.get("/account/?secret=1", headers={"X-Request-ID": "chosen-by-caller"})
    assert response["X-Request-ID"] == "chosen-by-caller"
    lines = [record.getMessage() for record in caplog.records if record.name == "klikyai.request"]
    assert lines == ["GET /account/ 200"]


@pytest.mark.parametrize("name", ["7", "short", "x" * 64])
def test_a_request_name_is_echoed_however_short(client: Client, name: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": name})["X-Request-ID"] == name


@pytest.mark.parametrize("name", ["", "x" * 65, "with space here", "line\\nbreak-line"])
def test_a_foolish_request_name_is_replaced(client: Client, name: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": name})["X-Request-ID"] != name
