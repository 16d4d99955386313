"""What a caption tells and what a picture shows, as numbers."""

from training.sketch.captions import Told
from training.sketch.lexicon import (
    COLOUR_NAMES,
    LEXICON,
    LIGHT_NAMES,
    PLACE_NAMES,
    RELATION_NAMES,
    STYLE_NAMES,
    SUBJECT_NAMES,
)
from training.sketch.scenes import Scene, Thing

UNTOLD = -1
NOTHING = Thing("nothing", "none")
SUBJECTS = [*SUBJECT_NAMES, "nothing"]
COLOURS = [*COLOUR_NAMES, "none"]
RELATIONS = [*RELATION_NAMES, "none"]
SIZES = list(LEXICON["sizes"])
POSITIONS = [*LEXICON["positions"], "none"]
ARRANGEMENTS = ["left", "above", "behind", "none"]
MIRRORED = {"right": "left", "below": "above", "front": "behind"}

TOLD = {"subject": SUBJECTS, "colour": COLOURS, "subject2": SUBJECTS, "colour2": COLOURS, "count": [1, 2, 3]} | {
    "relation": RELATIONS,
    "place": PLACE_NAMES,
    "light": LIGHT_NAMES,
    "style": STYLE_NAMES,
    "size": SIZES,
    "position": POSITIONS,
}
SHOWN = {"subject": SUBJECTS, "colour": COLOURS, "subject2": SUBJECTS, "colour2": COLOURS, "count": [1, 2, 3]} | {
    "arrangement": ARRANGEMENTS,
    "place": PLACE_NAMES,
    "light": LIGHT_NAMES,
    "style": STYLE_NAMES,
}


def told(scene: Scene, told: Told) -> list[int]:
    first, second = (*scene.things, NOTHING)[:2]
    return [
        SUBJECTS.index(first.subject),
        COLOURS.index(first.colour) if told.colours else UNTOLD,
        SUBJECTS.index(second.subject),
        COLOURS.index(second.colour) if told.colours or second is NOTHING else UNTOLD,
        first.count - 1,
        RELATIONS.index(scene.relation or "none"),
        PLACE_NAMES.index(scene.place) if told.place else UNTOLD,
        LIGHT_NAMES.index(scene.light) if told.light else UNTOLD,
        STYLE_NAMES.index(scene.style) if told.style else UNTOLD,
        SIZES.index(first.size) if told.size else UNTOLD,
        POSITIONS.index(scene.position or "none") if told.position else UNTOLD,
    ]


def shown(scene: Scene) -> list[int]:
    """Two things are named from left to right, from top to bottom, from back to front."""
    first, second = (*scene.things, NOTHING)[:2]
    if scene.relation in MIRRORED:
        first, second = second, first
    arrangement = {"beside": "left", None: "none"} | MIRRORED
    return [
        SUBJECTS.index(first.subject),
        COLOURS.index(first.colour),
        SUBJECTS.index(second.subject),
        COLOURS.index(second.colour),
        first.count - 1,
        ARRANGEMENTS.index(arrangement.get(scene.relation, scene.relation)),
        PLACE_NAMES.index(scene.place),
        LIGHT_NAMES.index(scene.light),
        STYLE_NAMES.index(scene.style),
    ]
