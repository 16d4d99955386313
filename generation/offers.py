"""What can be asked for here, by whom it is made and what it costs: for the API, the composer and the curious."""

from collections.abc import Sequence
from typing import Any

from billing import prices
from generation import catalogue, notes
from generation.models import Model
from generation.tools.base import Tool
from generation.tools.styles import styles_of


def enabled_models() -> list[Model]:
    return list(Model.objects.filter(enabled=True))


def offered(tool: Tool, models: Sequence[Model]) -> dict[str, Any]:
    serving = [model for model in models if tool.name in model.tools]
    shown = [_model(tool, model, default=place == 0) for place, model in enumerate(serving)]
    return {
        "name": tool.name,
        "title": str(tool.title),
        "note": str(tool.note),
        "makes": tool.makes,
        "params": tool.params.model_json_schema(),
        "models": shown,
        "price": {"unit": "picture", "credits": shown[0]["credits"] if shown else None},
        "limits": {"n": 8},
        "urls": {"self": f"/api/v1/tools/{tool.name}"},
    }


def _model(tool: Tool, model: Model, *, default: bool) -> dict[str, Any]:
    return {
        "name": model.slug,
        "title": model.title,
        "note": notes.in_words(model.note),
        "default": default,
        "defaults": model.usual(editing=bool(tool.params.files)),
        "limits": model.limits,
        "styles": list(styles_of(model)),
        "examples": catalogue.examples(model),
        "credits": prices.price(tool.name, model.slug, model.credits),
    }
