from datetime import timedelta
from datetime import timezone as dt_timezone
from typing import Annotated, Any
from uuid import UUID

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from pydantic import Field
from rest_framework.test import APIClient

from accounts.pagination import Paging
from accounts.queries import parameters


class Query(Paging):
    kind: Annotated[str | None, Field(max_length=9, description="Which")] = None
    owner: UUID | None = None


def test_a_list_names_what_it_reads() -> None:
    told = {one.name: one for one in parameters(Query)}
    assert list(told) == ["limit", "cursor", "page", "kind", "owner"]
    assert told["limit"].type == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert told["kind"].type == {"type": "string", "maxLength": 9}
    assert told["kind"].description == "Which"
    assert told["owner"].type == {"type": "string", "format": "uuid"}


def test_every_list_of_the_api_can_be_paged_but_the_short_ones() -> None:
    paths: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    reads = [way["get"] for way in paths.values() if "get" in way]
    lists = {way["operationId"]: way.get("parameters", []) for way in reads if way["operationId"].startswith("list_")}
    whole = {name for name, said in lists.items() if "cursor" not in {one["name"] for one in said}}
    assert whole == {"list_packs", "list_plans", "list_tags", "list_tools"} < set(lists)


@pytest.mark.parametrize("moment", ["0436-11-11T22:45:09-21:55", "2026-01-01T00:00:00+23:59"])
@pytest.mark.parametrize("path", ["jobs", "assets"])
def test_any_clock_can_be_asked_by(alice_api: APIClient, path: str, moment: str) -> None:
    assert alice_api.get(f"/api/v1/{path}", {"created_after": moment}).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
@pytest.mark.parametrize("path", ["jobs", "assets"])
def test_no_day_lies_beyond_the_calendar(alice_api: APIClient, path: str, moment: str) -> None:
    answer = alice_api.get(f"/api/v1/{path}", {"created_after": moment})
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == ["created_after"]


def test_an_end_may_be_told_by_any_clock(alice_api: APIClient) -> None:
    end = (timezone.now() + timedelta(days=9)).astimezone(dt_timezone(-timedelta(hours=21, minutes=55)))
    said = {"name": "far west", "scopes": ["read"], "expires_at": end.isoformat()}
    assert alice_api.post("/api/v1/keys", said, format="json").status_code == 201
