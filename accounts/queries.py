"""What may stand behind the question mark, told to OpenAPI by the model that reads it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from pydantic import BaseModel


def parameters(query: type[BaseModel]) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(name, _one(told), description=told.get("description", ""))
        for name, told in query.model_json_schema()["properties"].items()
    ]


def _one(told: dict[str, Any]) -> dict[str, Any]:
    """What is left out is not null: an address has no word for that."""
    kinds = [kind for kind in told.get("anyOf", [told]) if kind.get("type") != "null"]
    plain = kinds[0] | {name: told[name] for name in ("default",) if told.get(name) is not None}
    return {name: value for name, value in plain.items() if name not in ("title", "description", "examples")}
