"""What the model is taught: of all that can be painted, as much as a training of some hours can teach."""

from collections.abc import Callable

from training.sketch.lexicon import (
    COLOUR_NAMES,
    LEXICON,
    LIGHT_NAMES,
    PLACE_NAMES,
    RELATION_NAMES,
    STYLE_NAMES,
)
from training.sketch.scenes import WITHOUT_WEATHER, Rng, Scene, Thing, is_held_out

TAUGHT = (
    "apple",
    "balloon",
    "boat",
    "car",
    "cat",
    "fish",
    "flower",
    "heart",
    "house",
    "moon",
    "mushroom",
    "rocket",
    "star",
    "sun",
    "tree",
    "umbrella",
)


# Shares of the lessons; the rest shows two or three of a kind.
ONE, TWO = 0.3, 0.45
Kind = Callable[[Rng], Scene]


def _thing(rng: Rng, count: int = 1) -> Thing:
    natural = LEXICON["subjects"][subject := str(rng.choice(TAUGHT))]["natural"]
    return Thing(subject, str(rng.choice(natural if rng.random() < 0.25 else COLOUR_NAMES)), count)


def _around(rng: Rng, things: tuple[Thing, ...], relation: str | None = None) -> Scene:
    home = LEXICON["subjects"][things[0].subject]["home"]
    place = str(rng.choice(home if rng.random() < 0.25 else PLACE_NAMES))
    light = "day" if place in WITHOUT_WEATHER or rng.random() < 0.45 else str(rng.choice(LIGHT_NAMES))
    return Scene(things, place, light, str(rng.choice(STYLE_NAMES)), relation)


def one(rng: Rng) -> Scene:
    return _around(rng, (_thing(rng),))


def some(rng: Rng) -> Scene:
    return _around(rng, (_thing(rng, int(rng.integers(2, 4))),))


def two(rng: Rng) -> Scene:
    first = other = _thing(rng)
    while other.subject == first.subject:
        other = _thing(rng)
    return _around(rng, (first, other), str(rng.choice(RELATION_NAMES)))


def _any_kind(rng: Rng) -> Scene:
    chance = rng.random()
    return one(rng) if chance < ONE else two(rng) if chance < ONE + TWO else some(rng)


def lesson(rng: Rng) -> Scene:
    while is_held_out(scene := _any_kind(rng)):
        pass
    return scene


def exam(rng: Rng, kind: Kind = _any_kind) -> Scene:
    """A combination that no lesson ever shows."""
    while not is_held_out(scene := kind(rng)):
        pass
    return scene
