"""The whole schema, fuzzed: what the API answers is what it says it answers, and never a 5xx."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import api_keys, limits
from accounts.models import Scope, User
from klikyai.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES = ["nobody", "user", "staff"]
NIGHTLY_SECONDS = int(os.environ.get("FUZZ_SECONDS", "300"))


@schemathesis.serializer("application/offset+octet-stream")  # the pieces of a resumable upload
def piece(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def _one_connection(db: None) -> Iterator[None]:
    """A real request hands its connection back, and with it the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(_one_connection: None) -> Any:
    def somewhere(environ: dict[str, Any], start_response: Any) -> Any:
        return application(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)

    return schemathesis.openapi.from_wsgi("/api/v1/schema/", somewhere)


@pytest.fixture
def authorization(request: pytest.FixtureRequest, alice: User, dana: User, settings: Any) -> dict[str, str]:
    settings.RATES = dict.fromkeys(settings.RATES, (1_000_000, 60))
    if request.param == "nobody":
        return {}
    _key, secret = api_keys.issue({"user": alice, "staff": dana}[request.param], "fuzz", Scope.values)
    return {"Authorization": f"Bearer {secret}"}


def fuzz(schema: Any, headers: dict[str, str], examples: int, seed: bool, more: Callable[[], bool]) -> str:
    wrong = []
    for operation in (found.ok() for found in schema.get_all_operations()):
        for mode in GenerationMode:
            if not more():
                break
            try:
                _probe(operation, mode, headers, examples, seed)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                wrong.append(f"{operation.label}: {error!r:.600}")
    return "\n".join(wrong)


def _probe(operation: Any, mode: GenerationMode, headers: dict[str, str], examples: int, seed: bool) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=seed,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def probe(case: Any) -> None:
        limits.connection().flushdb()
        case.call_and_validate(headers=headers, checks=CHECKS)

    probe()


@pytest.mark.parametrize("authorization", ROLES, indirect=True)
def test_answers_are_as_the_schema_says(schema: Any, authorization: dict[str, str]) -> None:
    assert fuzz(schema, authorization, examples=4, seed=True, more=lambda: True) == ""


@pytest.mark.nightly
@pytest.mark.parametrize("authorization", ROLES, indirect=True)
def test_five_minutes_of_answers_are_as_the_schema_says(schema: Any, authorization: dict[str, str]) -> None:
    end = time.monotonic() + NIGHTLY_SECONDS
    while time.monotonic() < end:
        assert fuzz(schema, authorization, examples=40, seed=False, more=lambda: time.monotonic() < end) == ""
