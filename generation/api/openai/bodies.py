"""What the images API of OpenAI takes. What has no meaning here is taken and left alone."""

import re
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.errors import InvalidRequest
from accounts.reading import Body
from generation import catalogue
from generation.models import Model

Format = Literal["png", "webp", "jpeg"]
SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
THEIRS = re.compile(r"dall-e|gpt-image|chatgpt-image")
EFFORT = {"low": 0.5, "high": 1.5, "hd": 1.5, "xhigh": 2.0, "max": 2.0}


class Images(Body):
    prompt: str
    model: Annotated[str, Field(max_length=80)] | None = None
    n: int | None = None
    size: Annotated[str, Field(max_length=20)] | None = None
    quality: Literal["auto", "standard", "low", "medium", "high", "hd", "xhigh", "max"] | None = None
    response_format: Literal["url", "b64_json"] | None = None
    output_format: Format | None = None
    stream: bool | None = None
    partial_images: Annotated[int, Field(ge=0, le=3)] | None = None
    seed: int | None = None
    negative_prompt: str | None = None
    background: Literal["auto", "opaque"] | None = None
    style: Literal["vivid", "natural"] | None = None
    moderation: Literal["auto", "low"] | None = None
    output_compression: Annotated[int, Field(ge=0, le=100)] | None = None
    user: Annotated[str, Field(max_length=512)] | None = None
    safety_identifier: Annotated[str, Field(max_length=512)] | None = None

    @property
    def format(self) -> Format:
        return self.output_format or "png"


class Edit(Images):
    """Of the parts of a form, which are all text."""

    input_fidelity: Literal["high", "low"] | None = None


def params(wanted: Images, tool: str) -> dict[str, Any]:
    """The same wish as our own tools put it."""
    # Names of OpenAI's own models mean the best one that there is here.
    name = None if wanted.model and THEIRS.match(wanted.model) else wanted.model
    model = catalogue.find(name, tool)
    said = {"prompt": wanted.prompt, "model": model.slug, "n": wanted.n, "seed": wanted.seed}
    said |= {"negative_prompt": wanted.negative_prompt, "steps": _steps(wanted, model)}
    return {field: value for field, value in (said | _size(wanted)).items() if value is not None}


def _steps(wanted: Images, model: Model) -> int | None:
    effort = EFFORT.get(wanted.quality or "auto")
    usual = int(model.defaults["steps"])
    return None if effort is None else max(1, min(int(usual * effort), int(model.limits.get("steps", 150))))


def _size(wanted: Images) -> dict[str, Any]:
    if wanted.size in (None, "auto"):
        return {}
    found = SIZE.fullmatch(wanted.size or "")
    if found is None:
        details = {"size": [_("A size looks like 512x512, or is auto.")]}
        raise InvalidRequest(_("Some of this is not right."), details=details)
    return {"width": int(found[1]), "height": int(found[2])}
