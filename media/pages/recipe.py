"""How a file was made, in the words of a person. Who wants every number finds it in the file itself."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _


def told(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = {
        _("Tool"): _tool(recipe.get("tool")),
        _("Model"): recipe.get("model"),
        _("Style"): _style(recipe.get("style")),
        _("Leave out"): recipe.get("negative_prompt"),
        _("Size"): _size(recipe),
        _("Seed"): recipe.get("seed"),
        _("Steps"): recipe.get("steps"),
        _("Guidance"): recipe.get("guidance"),
        _("How far from it"): recipe.get("strength"),
        _("Times as large"): recipe.get("factor"),
        _("Computed with"): _computed(recipe),
    }
    written = {name: localize(value) if isinstance(value, float) else value for name, value in rows.items()}
    return [(name, str(value)) for name, value in written.items() if value not in (None, "")]


def _tool(name: str | None) -> str | None:
    titles = {
        "text_to_image": _("Image"),
        "image_to_image": _("Image from image"),
        "inpaint": _("Inpaint"),
        "upscale": _("Upscale"),
    }
    return titles.get(name, name) if name else None


def _style(name: str | None) -> str | None:
    # Models bring styles of their own; those that we know have a word in each language.
    return _(name) if name else None


def _size(recipe: Mapping[str, Any]) -> str | None:
    return f"{recipe['width']}×{recipe['height']}" if recipe.get("width") and recipe.get("height") else None


def _computed(recipe: Mapping[str, Any]) -> str:
    libraries = [f"{name} {version}" for name, version in recipe.get("libraries", {}).items()]
    return ", ".join([*filter(None, [recipe.get("device"), recipe.get("precision")]), *libraries])
