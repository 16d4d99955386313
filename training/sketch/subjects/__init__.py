"""Every subject that the painter can draw, by name."""

from collections.abc import Callable
from types import ModuleType

from training.sketch.canvas import Pen
from training.sketch.subjects import animals, buildings, nature, things, vehicles

Draw = Callable[[Pen], None]


def _drawings(module: ModuleType) -> dict[str, Draw]:
    own = {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    return {name: draw for name, draw in own.items() if draw.__annotations__ == {"p": Pen, "return": None}}


SUBJECTS: dict[str, Draw] = {
    name: draw for module in (animals, vehicles, buildings, nature, things) for name, draw in _drawings(module).items()
}
