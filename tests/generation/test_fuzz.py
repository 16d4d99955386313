"""Every door of this room, tried with whatever fits its schema and whatever does not, by somebody rich: never a 5xx."""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from accounts import api_keys, limits
from accounts.models import Scope, User
from generation import tasks, tools
from generation.api.openai import waiting
from generation.api.openai.bodies import Images
from generation.models import Job, Model
from klikyai.wsgi import application
from tests.generation.asking import ask
from tests.generation.conftest import grant, roomy

pytestmark = pytest.mark.django_db


def document(job: Job) -> dict[str, Any]:
    """What the API says of itself has params of any kind; here they are those of each tool, and the job exists."""
    wishes = [
        {"type": "object", "required": ["tool", "params"], "additionalProperties": False, "properties": {
            "tool": {"const": tool.name}, "params": {"type": "object"} | _inlined(tool.params.model_json_schema()),
            "lane": {"enum": ["interactive", "batch", "idle"]}, "project": {"type": "string", "format": "uuid"},
        }} for tool in tools.every().values()
    ]  # fmt: skip
    at = f"/api/v1/jobs/{job.public_id}"
    paths: dict[str, Any] = {"/api/v1/quotes": _post({"oneOf": wishes}), "/api/v1/jobs": _post({"oneOf": wishes})}
    paths["/v1/images/generations"] = _post(_inlined(Images.model_json_schema()))
    paths["/api/v1/jobs"]["get"] = _get("status", "tool", "project", "created_after", "cursor", "limit", "page")
    paths[at] = {"get": _get()}
    paths |= {f"{at}/{verb}": _post(None) for verb in ("cancellation", "retry")}
    paths |= {path: {"get": _get()} for path in ("/api/v1/tools", "/v1/models")}
    paths |= {
        f"{path}/{{name}}": {"get": _get(path="name")} for path in ("/api/v1/tools", "/v1/models", "/api/v1/jobs")
    }
    return {"openapi": "3.1.0", "info": {"title": "doors", "version": "1"}, "paths": paths}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    assert "$defs" not in schema
    return schema


def _post(body: Any) -> dict[str, Any]:
    taken = {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}} if body else {}
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 300}}
    return {"post": {"parameters": [key], "responses": {"default": {"description": "any"}}} | taken}


def _get(*query: str, path: str = "") -> dict[str, Any]:
    asked = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in query]
    placed = (
        [{"name": path, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}] if path else []
    )
    return {"parameters": asked + placed, "responses": {"default": {"description": "any"}}}


@pytest.fixture
def doors(rich: User, patient: Model, settings: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, dict[str, str]]:
    """Nobody works here, so that nobody is waited for."""
    settings.RATES = dict.fromkeys(settings.RATES, (1_000_000, 60))
    monkeypatch.setattr(waiting, "ended", waiting.checked)
    monkeypatch.setattr(waiting, "again", lambda job: job)
    monkeypatch.setattr(waiting, "LONGEST", 0.0)
    monkeypatch.setattr(tasks, "ring", lambda _pool: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    roomy()
    grant(rich, 10_000_000)
    schema = schemathesis.openapi.from_dict(document(ask(rich)))
    schema.app = application
    yield schema, {"Authorization": f"Bearer {api_keys.issue(rich, 'fuzz', Scope.values)[1]}"}  # type: ignore[misc]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def fuzz(doors: tuple[Any, dict[str, str]], examples: int, seed: bool) -> int:
    """Cases that were tried."""
    schema, headers = doors
    tried = 0
    for operation in (found.ok() for found in schema.get_all_operations()):
        for mode in GenerationMode:

            @settings(max_examples=examples, deadline=None, derandomize=seed, database=None,
                      phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def probe(case: Any) -> None:
                nonlocal tried
                tried += 1
                limits.connection().flushdb()
                case.call_and_validate(headers=headers, checks=[not_a_server_error])

            # Where nothing is asked for, nothing wrong can be said.
            with suppress(Unsatisfiable):
                probe()
    return tried


def test_no_door_breaks(doors: tuple[Any, dict[str, str]]) -> None:
    assert fuzz(doors, 6, seed=True) > 60


@pytest.mark.nightly
def test_no_door_breaks_for_long(doors: tuple[Any, dict[str, str]]) -> None:
    assert fuzz(doors, 150, seed=False) > 2000
