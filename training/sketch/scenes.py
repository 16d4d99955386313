"""What a picture shows, how scenes are drawn by lot, and which of them training never sees."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from training.sketch.lexicon import (
    COLOUR_NAMES,
    LEXICON,
    LIGHT_NAMES,
    PLACE_NAMES,
    RELATION_NAMES,
    STYLE_NAMES,
    SUBJECT_NAMES,
)

Rng = np.random.Generator
SHAPES = ((256, 256), (288, 224), (224, 288))
WITHOUT_WEATHER = ("space", "underwater")


@dataclass(frozen=True, slots=True)
class Thing:
    subject: str
    colour: str
    count: int = 1
    size: str = "medium"


@dataclass(frozen=True, slots=True)
class Scene:
    things: tuple[Thing, ...]
    place: str
    light: str
    style: str
    relation: str | None = None
    position: str | None = None


def _lot(*words: str) -> int:
    return crc32("/".join(words).encode()) % 100


def is_held_out(scene: Scene) -> bool:
    """A subject in a colour, a subject in a place, or two subjects together that training never shows.

    A subject's first natural colour and its home are always shown: nobody should miss a green cactus in the desert.
    """
    for thing in scene.things:
        words = LEXICON["subjects"][thing.subject]
        if thing.colour != words["natural"][0] and _lot("colour", thing.subject, thing.colour) < 8:
            return True
        if scene.place not in words["home"] and _lot("place", thing.subject, scene.place) < 8:
            return True
    return len(scene.things) == 2 and _lot("pair", *sorted(t.subject for t in scene.things)) < 10


def _pick(rng: Rng, names: list[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _thing(rng: Rng, count: int) -> Thing:
    subject = _pick(rng, SUBJECT_NAMES)
    natural = LEXICON["subjects"][subject]["natural"]
    colour = _pick(rng, natural if rng.random() < 0.25 else COLOUR_NAMES)
    size = str(rng.choice(["small", "medium", "big"], p=[0.12, 0.63, 0.25])) if count == 1 else "medium"
    return Thing(subject, colour, count, size)


def any_scene(rng: Rng) -> Scene:
    kind = rng.random()
    two = kind < 0.24
    count = 1 if two or kind > 0.38 else int(rng.integers(2, 4))
    first = _thing(rng, count)
    things: tuple[Thing, ...] = (first,)
    relation = position = None
    if two:
        other = _thing(rng, 1)
        while other.subject == first.subject:
            other = _thing(rng, 1)
        things = (Thing(first.subject, first.colour), Thing(other.subject, other.colour))
        relation = _pick(rng, RELATION_NAMES)
    elif count == 1 and first.size != "big" and rng.random() < 0.12:
        position = _pick(rng, ["left", "centre", "right"])
    home = LEXICON["subjects"][first.subject]["home"]
    place = _pick(rng, home if rng.random() < 0.25 else PLACE_NAMES)
    light = "day" if place in WITHOUT_WEATHER or rng.random() < 0.45 else _pick(rng, LIGHT_NAMES)
    return Scene(things, place, light, _pick(rng, STYLE_NAMES), relation, position)


def training_scene(rng: Rng) -> Scene:
    while is_held_out(scene := any_scene(rng)):
        pass
    return scene
