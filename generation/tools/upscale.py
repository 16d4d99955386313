from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from accounts.errors import InvalidRequest
from generation.contract import MOST_PIXELS
from generation.models import Model
from generation.tools.base import Params, Settled, Size, Text, Tool


class Upscale(Params):
    files: ClassVar[Sequence[str]] = ("image",)

    image: Annotated[UUID, Field(description="A picture of your library")]
    factor: Annotated[Literal[2, 4], Field(description="How many times as wide and high")] = 2
    prompt: Annotated[Text, Field(description="Words to find it by")] = ""


def settle(params: Upscale, model: Model) -> dict[str, Any]:
    return params.model_dump(mode="json") | {"model": model.slug, "seed": params.seed or 0}


def units(params: Settled, model: Model) -> float:
    return 1.0


def fits(params: Settled, sizes: Mapping[str, Size]) -> None:
    width, height = sizes["image"]
    if width * height * params["factor"] ** 2 > MOST_PIXELS:
        message = _("It would become larger than 4096×4096.")
        raise InvalidRequest(message, details={"factor": [message]})


def shape(params: Settled) -> str:
    return f"x{params['factor']}"


def steps(params: Settled) -> int:
    return 1


TOOL = Tool(
    name="upscale",
    title=gettext_lazy("Upscale"),
    note=gettext_lazy("The same picture, larger"),
    params=Upscale,
    makes="image",
    settle=settle,
    units=units,
    shape=shape,
    steps=steps,
    fits=fits,
    # It needs no words, and the composer is made of them.
    facts={"place": 4, "composed": False},
)
