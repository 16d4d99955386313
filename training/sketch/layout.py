"""Puts the subjects of a scene on its stage."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from training.sketch.canvas import COLOURS, Canvas, Pen, Rgb, blend, oval_points
from training.sketch.lexicon import LEXICON
from training.sketch.places import TINTS, set_stage, weather
from training.sketch.scenes import Scene, Thing
from training.sketch.styles import STYLES
from training.sketch.subjects import SUBJECTS

FLOATING_PLACES = ("space", "underwater", "sky")
# Large subjects and few stages: what a small model must learn is what a thing is, not where a cloud drifts.
HEIGHTS = {"small": 0.44, "medium": 0.62, "big": 0.8}
CROWDS = {2: 0.47, 3: 0.31}
STAGES = 3
SPREAD = {1: (0.5,), 2: (0.26, 0.74), 3: (0.18, 0.5, 0.82)}
SHADOWS: dict[str, Rgb] = {
    "sea": (26, 84, 146),
    "beach": (220, 188, 130),
    "forest": (74, 128, 72),
    "field": (84, 144, 66),
    "city": (80, 82, 98),
    "desert": (198, 144, 80),
    "snow": (204, 218, 238),
    "mountains": (96, 140, 90),
    "garden": (94, 154, 72),
    "space": (40, 30, 80),
    "underwater": (190, 172, 130),
    "sky": (214, 226, 240),
}
COLUMNS = {"left": 0.3, "centre": 0.5, "right": 0.7}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one subject goes: x and the height of its foot, as shares of the picture, and how tall it is."""

    x: float
    foot: float
    tall: float
    layer: int
    grounded: bool


def _floats(thing: Thing, place: str) -> bool:
    where = LEXICON["subjects"][thing.subject]["where"]
    return (
        where == "air" or place in FLOATING_PLACES or (where == "float" and place == "sea" and thing.subject != "whale")
    )


def _resting(thing: Thing, tall: float, place: str) -> tuple[float, bool]:
    if not _floats(thing, place):
        return 0.9, True
    middle = 0.43 if LEXICON["subjects"][thing.subject]["where"] == "air" and place not in FLOATING_PLACES else 0.5
    return max(middle, tall / 2 + 0.06) + tall / 2, False


def _alike(scene: Scene, rng: np.random.Generator) -> list[Spot]:
    thing = scene.things[0]
    tall = CROWDS.get(thing.count, HEIGHTS[thing.size])
    foot, grounded = _resting(thing, tall, scene.place)
    columns = (COLUMNS[scene.position],) if scene.position else SPREAD[thing.count]
    return [
        Spot(x + rng.uniform(-0.015, 0.015), foot, tall * rng.uniform(0.96, 1.04), 5 + k, grounded)
        for k, x in enumerate(columns)
    ]


def _two(scene: Scene, rng: np.random.Generator) -> list[Spot]:
    sway = rng.uniform(-0.015, 0.015)
    first, second = scene.things
    match scene.relation:
        case "above" | "below":
            up, down = (
                Spot(0.5 + sway, 0.44, 0.39, 5, False),
                Spot(0.5 - sway, 0.95, 0.39, 6, not _floats(second, scene.place)),
            )
            return [up, down] if scene.relation == "above" else [down, up]
        case "behind" | "front":
            floats = scene.place in FLOATING_PLACES
            back = Spot(0.42, 0.78, 0.62, 5, not floats)
            near = Spot(0.66, 0.95, 0.42, 6, not floats)
            return [back, near] if scene.relation == "behind" else [near, back]
    tall = 0.47
    feet = [_resting(thing, tall, scene.place) for thing in (first, second)]
    columns = [0.26, 0.74]
    if scene.relation == "right":
        columns.reverse()
    return [Spot(x + sway, foot, tall, 5 + k, on) for k, (x, (foot, on)) in enumerate(zip(columns, feet, strict=True))]


def _draw(canvas: Canvas, thing: Thing, spot: Spot, place: str, light: str) -> None:
    tint, share = TINTS[light]
    scale = spot.tall * min(canvas.width, canvas.height) / 2
    x, foot = spot.x * canvas.width, spot.foot * canvas.height
    if spot.grounded:
        shade = blend(SHADOWS[place], tint, share)
        shadow = oval_points(spot.x, spot.foot, scale * 0.8 / canvas.width, scale * 0.1 / canvas.height)
        canvas.add(shadow, shade, spot.layer)
    start = len(canvas.shapes)
    SUBJECTS[thing.subject](Pen(canvas, x, foot, scale, COLOURS[thing.colour], spot.layer))
    # The colour asked for must stay readable, so a subject takes less of the light than its stage.
    for k in range(start, len(canvas.shapes)):
        shape = canvas.shapes[k]
        canvas.shapes[k] = replace(shape, colour=blend(shape.colour, tint, share * 0.22))


def compose(scene: Scene, seed: int, width: int = 256, height: int = 256) -> Canvas:
    rng = np.random.default_rng(seed)
    canvas = Canvas(width, height, np.random.default_rng(seed % STAGES))
    set_stage(canvas, scene.place, scene.light)
    weather(canvas, scene.light)
    spots = _two(scene, rng) if scene.relation else _alike(scene, rng)
    things = scene.things if scene.relation else scene.things * scene.things[0].count
    for thing, spot in sorted(zip(things, spots, strict=True), key=lambda pair: pair[1].layer):
        _draw(canvas, thing, spot, scene.place, scene.light)
    return canvas


def paint(scene: Scene, seed: int, width: int = 256, height: int = 256) -> Image.Image:
    return STYLES[scene.style](compose(scene, seed, width, height))
