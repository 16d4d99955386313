from typing import Any

import pytest
from rest_framework.test import APIClient

ME = "/api/v1/auth/me"
FRIEND = "https://friend.example"


@pytest.fixture
def asked(api: APIClient, settings: Any, db: None) -> Any:
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}
    return lambda origin, path=ME: api.options(path, headers={"Origin": origin} | wanted)


def test_a_named_origin_may_call_with_its_keys(asked: Any) -> None:
    answer = asked(FRIEND)
    assert answer["Access-Control-Allow-Origin"] == FRIEND
    assert "idempotency-key" in answer["Access-Control-Allow-Headers"]
    # Cookies stay home: other origins bring a key.
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://friend.example.evil.example"])
def test_any_other_origin_may_not(asked: Any, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in asked(origin)


def test_pages_are_for_no_other_origin(asked: Any) -> None:
    assert "Access-Control-Allow-Origin" not in asked(FRIEND, "/account/")
