"""What the model is taught: of all that can be painted, as much as a training of some hours can teach."""

from training.sketch.lexicon import COLOUR_NAMES, LEXICON, LIGHT_NAMES, PLACE_NAMES, STYLE_NAMES
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


def _any_lesson(rng: Rng) -> Scene:
    words = LEXICON["subjects"][subject := str(rng.choice(TAUGHT))]
    colour = str(rng.choice(words["natural"] if rng.random() < 0.25 else COLOUR_NAMES))
    place = str(rng.choice(words["home"] if rng.random() < 0.25 else PLACE_NAMES))
    light = "day" if place in WITHOUT_WEATHER or rng.random() < 0.45 else str(rng.choice(LIGHT_NAMES))
    return Scene((Thing(subject, colour),), place, light, str(rng.choice(STYLE_NAMES)))


def lesson(rng: Rng) -> Scene:
    while is_held_out(scene := _any_lesson(rng)):
        pass
    return scene


def exam(rng: Rng) -> Scene:
    """A combination that no lesson ever shows."""
    while not is_held_out(scene := _any_lesson(rng)):
        pass
    return scene
