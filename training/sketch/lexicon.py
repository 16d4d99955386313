"""The words for everything that can be painted."""

import json
from pathlib import Path
from typing import TypedDict


class SubjectWords(TypedDict):
    words: list[list[str]]
    natural: list[str]
    where: str
    home: list[str]


class Lexicon(TypedDict):
    subjects: dict[str, SubjectWords]
    colours: dict[str, list[str]]
    sizes: dict[str, list[str]]
    positions: dict[str, list[str]]
    counts: dict[str, list[str]]
    relations: dict[str, list[str]]
    places: dict[str, list[str]]
    lights: dict[str, list[str]]
    tags: dict[str, str]
    styles: dict[str, list[list[str]]]
    openings: list[str]
    praise: list[str]
    quiet: list[str]


LEXICON: Lexicon = json.loads((Path(__file__).parent / "lexicon.json").read_text())
SUBJECT_NAMES = list(LEXICON["subjects"])
COLOUR_NAMES = list(LEXICON["colours"])
PLACE_NAMES = list(LEXICON["places"])
LIGHT_NAMES = list(LEXICON["lights"])
STYLE_NAMES = list(LEXICON["styles"])
RELATION_NAMES = list(LEXICON["relations"])
