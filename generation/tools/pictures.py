"""What all tools that make pictures share: sizes, steps, styles and what they weigh."""

import secrets
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field

from accounts.errors import InvalidRequest
from generation.models import Model
from generation.tools.base import LARGEST_SEED, Params, Settled, Text
from generation.tools.styles import styles_of

Side = Annotated[int, Field(ge=64, le=4096)]


class PictureParams(Params):
    prompt: Annotated[str, Field(min_length=1, max_length=2000, description="What to make")]
    negative_prompt: Text | None = None
    n: Annotated[int, Field(ge=1, le=8, description="How many pictures")] = 1
    width: Side | None = None
    height: Side | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    style: Annotated[str, Field(max_length=40)] | None = None


def settle(params: PictureParams, model: Model) -> dict[str, Any]:
    if not params.prompt.strip():
        raise _wrong("prompt", _("Say what to make."))
    usual = model.usual(editing=bool(params.files))
    settled = params.model_dump(mode="json") | {"model": model.slug}
    for name in ("width", "height", "steps", "guidance"):
        if settled[name] is None:
            settled[name] = usual[name]
    if settled["seed"] is None:
        settled["seed"] = secrets.randbelow(LARGEST_SEED - params.n)
    settled["negative_prompt"] = settled["negative_prompt"] or ""
    _check_size(settled, model)
    _check_steps(settled, model)
    if params.style is not None and params.style not in styles_of(model):
        raise _wrong("style", _("This model knows: %(styles)s.") % {"styles": ", ".join(styles_of(model))})
    return settled


def units(params: Settled, model: Model) -> float:
    usual = model.defaults
    area = params["width"] * params["height"] / (usual["width"] * usual["height"])
    return float(params["n"] * area * params["steps"] / usual["steps"])


def shape(params: Settled) -> str:
    return f"{params['width']}x{params['height']} {params['steps']} {params['guidance']:g}"


def steps(params: Settled) -> int:
    return int(params["steps"])


def _check_size(params: Settled, model: Model) -> None:
    limits, size = model.limits, [params["width"], params["height"]]
    if "sizes" in limits:
        if size not in limits["sizes"]:
            known = ", ".join(f"{width}×{height}" for width, height in limits["sizes"])
            raise _wrong("width", _("This model makes %(sizes)s.") % {"sizes": known})
        return
    multiple, smallest, largest = limits.get("multiple", 8), limits.get("smallest", 64), limits.get("largest", 2048)
    for name in ("width", "height"):
        if params[name] % multiple or not smallest <= params[name] <= largest:
            raise _wrong(
                name,
                _("This model takes multiples of %(multiple)s from %(smallest)s to %(largest)s.")
                % {"multiple": multiple, "smallest": smallest, "largest": largest},
            )


def _check_steps(params: Settled, model: Model) -> None:
    most = model.limits.get("steps", 150)
    if params["steps"] > most:
        raise _wrong("steps", _("This model takes at most %(most)s steps.") % {"most": most})


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(_("Some of this is not right."), details={field: [message]})
