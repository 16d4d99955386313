"""What this installation can make with."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from generation.contract import Weights
from generation.models import REMOTE, Model
from generation.tools.base import Tool

WORD = re.compile(r"[^\W\d_]+|\d")
TOLD = 12  # unknown words that are named


def serving(tool: str) -> list[Model]:
    """The best first."""
    return list(Model.objects.filter(enabled=True, tools__contains=[tool]))


def default_for(tool: str) -> Model | None:
    return next(iter(serving(tool)), None)


def find(slug: str | None, tool: str) -> Model:
    models = serving(tool)
    found = next((model for model in models if slug in (None, model.slug)), None)
    if found is None:
        known = ", ".join(model.slug for model in models)
        message = _("Installed for this tool: %(models)s.") % {"models": known} if known else _("None is installed.")
        raise InvalidRequest(_("Some of this is not right."), details={"model": [message]})
    return found


def pool(tool: Tool, model: Model) -> str:
    """Whose workers make it. What a provider makes must not keep a card waiting."""
    return REMOTE if model.engine in settings.PROVIDERS else tool.pool


def weights(model: Model) -> Weights:
    options = {"batches": model.batches} | model.options | {"revision": model.revision}
    return Weights(model.slug, model.family, folder(model), options)


def folder(model: Model) -> Path:
    """What comes with the product lies beside the code, what was fetched beside the data."""
    own: Path = settings.BASE_DIR / model.source
    return own if own.is_dir() else settings.VAR_DIR / "models" / model.slug


def warnings(model: Model, prompt: str) -> list[str]:
    """A model of few words says which it does not know."""
    known = _vocabulary(folder(model))
    if known is None:
        return []
    lacking = list(dict.fromkeys(word for word in _words(prompt) if word not in known))[:TOLD]
    if not lacking:
        return []
    return [_("%(model)s does not know: %(words)s") % {"model": model.title, "words": ", ".join(lacking)}]


def examples(model: Model) -> list[str]:
    return _examples(folder(model))


def _words(text: str) -> Iterable[str]:
    return WORD.findall(re.sub(r"['’]s\b", "", text.lower()))


@cache
def _vocabulary(place: Path) -> frozenset[str] | None:
    file = place / "vocabulary.json"
    return frozenset(json.loads(file.read_text())["words"]) if file.exists() else None


@cache
def _examples(place: Path) -> list[str]:
    file = place / "examples.json"
    return list(json.loads(file.read_text())) if file.exists() else []
