from django.utils.translation import gettext_lazy as _

from generation.tools import pictures
from generation.tools.base import Tool


class TextToImage(pictures.PictureParams):
    pass


TOOL = Tool(
    name="text_to_image",
    title=_("Image"),
    note=_("A picture from words"),
    params=TextToImage,
    makes="image",
    settle=pictures.settle,
    units=pictures.units,
    shape=pictures.shape,
    steps=pictures.steps,
    facts={"place": 1},
)
