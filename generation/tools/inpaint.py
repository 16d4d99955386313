from collections.abc import Sequence
from typing import Annotated, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from generation.tools import image_to_image, pictures
from generation.tools.base import Tool


class Inpaint(image_to_image.ImageToImage):
    files: ClassVar[Sequence[str]] = ("image", "mask")

    mask: Annotated[UUID, Field(description="A picture of your library: white is made anew, black stays")]
    strength: Annotated[float, Field(ge=0.05, le=1, description="How far to go from the picture")] = 1.0


TOOL = Tool(
    name="inpaint",
    title=_("Inpaint"),
    note=_("A part of a picture made anew"),
    params=Inpaint,
    makes="image",
    settle=pictures.settle,
    units=image_to_image.units,
    shape=image_to_image.shape,
    steps=image_to_image.steps,
    facts={"place": 3},
)
