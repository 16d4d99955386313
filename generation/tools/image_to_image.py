from collections.abc import Sequence
from typing import Annotated, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from generation.models import Model
from generation.tools import pictures
from generation.tools.base import Settled, Tool


class ImageToImage(pictures.PictureParams):
    files: ClassVar[Sequence[str]] = ("image",)

    image: Annotated[UUID, Field(description="A picture of your library")]
    strength: Annotated[float, Field(ge=0.05, le=1, description="How far to go from the picture")] = 0.6


def units(params: Settled, model: Model) -> float:
    return pictures.units(params, model) * float(params["strength"])


def steps(params: Settled) -> int:
    return max(1, int(params["steps"] * params["strength"]))


def shape(params: Settled) -> str:
    return f"{pictures.shape(params)} {params['strength']:g}"


TOOL = Tool(
    name="image_to_image",
    title=_("Image from image"),
    note=_("A picture from a picture and words"),
    params=ImageToImage,
    makes="image",
    settle=pictures.settle,
    units=units,
    shape=shape,
    steps=steps,
    facts={"place": 2, "short": _("From image")},
)
