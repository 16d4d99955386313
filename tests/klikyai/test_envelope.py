import json
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from rest_framework import exceptions
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.api.me import Me
from accounts.models import User
from klikyai.api import STATUS

ME = "/api/v1/auth/me"


def refused(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["success"] is False
    assert body["message"]
    assert body["error"]["code"] == code
    assert body["meta"]["timestamp"].endswith("Z")
    assert body["meta"]["request_id"] == response["X-Request-ID"]
    return body


def test_an_answer_stands_in_the_envelope(alice: User, alice_api: APIClient) -> None:
    response = alice_api.get(ME, headers={"X-Request-ID": "my-own-name-1"})
    body = response.json()
    assert body["success"] is True
    assert body["data"]["email"] == "alice@example.org"
    assert body["meta"]["user_id"] == str(alice.public_id)
    assert body["meta"]["request_id"] == response["X-Request-ID"] == "my-own-name-1"


def test_nobody_is_told_to_sign_in(api: APIClient, db: None) -> None:
    response = api.get(ME)
    refused(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing", "/api/v2/keys", "/api/v1/keys/", "/api/v1/auth/me/"])
def test_an_unknown_path_answers_in_the_envelope(path: str, db: None) -> None:
    for method in ("get", "post", "delete"):
        refused(getattr(Client(), method)(path), 404, "not_found")


def test_an_unknown_path_of_the_dialect_answers_in_the_dialect(db: None) -> None:
    response = Client().get("/v1/nothing")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_the_wrong_method_is_refused_with_the_right_ones(alice_api: APIClient) -> None:
    response = alice_api.put(ME, {}, format="json")
    refused(response, 405, "method_not_allowed")
    assert "PATCH" in response["Allow"]


def test_a_browser_asking_for_html_gets_json(alice_api: APIClient) -> None:
    assert alice_api.get(ME, headers={"Accept": "text/html"})["Content-Type"] == "application/json"


def test_unknown_fields_are_refused_by_name(alice_api: APIClient) -> None:
    body = refused(alice_api.patch(ME, {"name": "A", "is_staff": True}, format="json"), 400, "invalid_request")
    assert list(body["error"]["details"]) == ["is_staff"]


@pytest.mark.parametrize("kind", ["text/xml", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_other_content_than_json_is_refused(kind: str, alice_api: APIClient) -> None:
    refused(alice_api.patch(ME, b"name=A", content_type=kind or "nothing"), 415, "unsupported_media")


def test_a_body_too_large_is_refused(alice_api: APIClient) -> None:
    raw = json.dumps({"name": "x" * 1_100_000}).encode()
    refused(alice_api.patch(ME, raw, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize("query", ["name=%00", "x=a%00b", "%00=1"])
def test_nul_in_the_address_is_refused(query: str, alice_api: APIClient) -> None:
    refused(alice_api.get(f"{ME}?{query}"), 400, "invalid_request")


def test_a_key_in_the_address_is_refused_even_where_nobody_is_needed(alice: User, api: APIClient) -> None:
    _key, secret = api_keys.issue(alice, "leaky")
    for address in (f"{ME}?key={secret}", f"{ME}?a=1&b={secret}", f"/healthz?x={secret}", f"{ME}?api_key=x"):
        response = api.get(address)
        assert response.status_code == 400
        assert secret not in response.content.decode()


def test_a_foreign_form_is_refused_in_the_envelope(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    refused(browser.patch(ME, {"name": "A"}, content_type="application/json"), 403, "forbidden")


def test_a_token_nobody_knows_does_not_fall_back_to_the_session(alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    for header in ("Bearer klik_wrong", "Bearer x", "Basic YTpi", "Bearer", "x"):
        refused(browser.get(ME, headers={"Authorization": header}), 401, "unauthenticated")


def raising(error: Exception) -> Any:
    def view(*args: Any, **kwargs: Any) -> None:
        raise error

    return view


def test_errors_of_serializers_come_by_field(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    error = exceptions.ValidationError({"name": ["Too long."], "items": [{}, {"price": ["No."]}]})
    monkeypatch.setattr(Me, "get", raising(error))
    body = refused(alice_api.get(ME), 400, "invalid_request")
    assert body["error"]["details"] == {"name": ["Too long."], "items.1.price": ["No."]}


def test_a_lost_database_is_no_fault_of_the_caller(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Me, "get", raising(OperationalError("gone")))
    response = alice_api.get(ME)
    refused(response, 503, "unavailable")
    assert response["Retry-After"] == "5"


def test_what_breaks_here_says_nothing_of_the_inside(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Me, "get", raising(ZeroDivisionError("secret inside")))
    alice_api.raise_request_exception = False
    response = alice_api.get(ME)
    refused(response, 500, "internal")
    assert b"inside" not in response.content


def test_too_many_calls_are_told_when_to_come_back(alice_api: APIClient, settings: Any) -> None:
    settings.RATES = settings.RATES | {"read": (2, 60)}
    answers = [alice_api.get(ME) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused(answers[2], 429, "rate_limited")
    assert 55 < int(answers[2]["Retry-After"]) <= 60


def test_every_status_of_the_table_is_one_of_the_contract() -> None:
    of_the_dialect = {408}
    assert set(STATUS.values()) - of_the_dialect == {400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503}
