"""Says in varied English what a scene shows, sometimes only a part of it."""

from dataclasses import dataclass

import numpy as np

from training.sketch.lexicon import LEXICON
from training.sketch.scenes import Scene, Thing

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Told:
    """How much of a scene its caption tells."""

    colours: bool = True
    place: bool = True
    light: bool = True
    style: bool = True
    size: bool = True
    position: bool = True


ALL = Told()


def some(rng: Rng) -> Told:
    chance = rng.random(6)
    return Told(
        chance[0] < 0.88, chance[1] < 0.85, chance[2] < 0.85, chance[3] < 0.85, chance[4] < 0.8, chance[5] < 0.8
    )


def _pick(rng: Rng, words: list[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _article(text: str) -> str:
    return f"an {text}" if text[0] in "aeiou" else f"a {text}"


def name_thing(thing: Thing, rng: Rng, told: Told, plain: bool = False) -> str:
    forms = LEXICON["subjects"][thing.subject]["words"]
    singular, plural = forms[0] if plain or rng.random() < 0.5 else forms[int(rng.integers(len(forms)))]
    words = [plural if thing.count > 1 else singular]
    if told.colours:
        shades = LEXICON["colours"][thing.colour]
        words.insert(0, shades[0] if plain or rng.random() < 0.75 else _pick(rng, shades))
    if told.size and thing.size != "medium":
        words.insert(0, _pick(rng, LEXICON["sizes"][thing.size]))
    if not plain and rng.random() < 0.12:
        words.insert(0, _pick(rng, LEXICON["praise"]))
    phrase = " ".join(words)
    if thing.count > 1:
        return f"{_pick(rng, LEXICON['counts'][str(thing.count)])} {phrase}"
    start = rng.random()
    if plain or start < 0.75:
        return _article(phrase)
    return phrase if start < 0.85 else f"{_pick(rng, ['one', 'the', 'a single'])} {phrase}"


def _subjects(scene: Scene, rng: Rng, told: Told, plain: bool) -> str:
    named = [name_thing(thing, rng, told, plain) for thing in scene.things]
    if scene.relation is None:
        return named[0]
    return f"{named[0]} {_pick(rng, LEXICON['relations'][scene.relation])} {named[1]}"


def _tag_list(scene: Scene, rng: Rng, told: Told) -> str:
    tags = [_subjects(scene, rng, told, plain=False)]
    rest = [LEXICON["tags"][scene.place]] if told.place else []
    if told.light and (scene.light != "day" or rng.random() < 0.3):
        rest.append(LEXICON["tags"][scene.light])
    if told.style:
        rest.append(_pick(rng, LEXICON["styles"][scene.style][0]))
    rng.shuffle(rest)
    return ", ".join(tags + rest)


def _sentence(scene: Scene, rng: Rng, told: Told, plain: bool) -> str:
    where = [_pick(rng, LEXICON["places"][scene.place])] if told.place else []
    if told.light and (scene.light != "day" or rng.random() < 0.3):
        where.append(_pick(rng, LEXICON["lights"][scene.light]))
    if not plain and rng.random() < 0.2:
        where.reverse()
    subjects = _subjects(scene, rng, told, plain)
    if scene.position and told.position:
        subjects = f"{subjects} {_pick(rng, LEXICON['positions'][scene.position])}"
    if where and not plain and rng.random() < 0.12:
        text = f"{' '.join(where)}, {subjects}"
    else:
        text = " ".join([subjects, *where])
    if not told.style:
        return f"{_pick(rng, LEXICON['openings'])} {text}" if rng.random() < 0.3 else text
    after, before = LEXICON["styles"][scene.style]
    return f"{_pick(rng, before)} {text}" if rng.random() < 0.3 else f"{text}, {_pick(rng, after)}"


def describe(scene: Scene, rng: Rng, told: Told = ALL, plain: bool = False) -> str:
    if not plain and rng.random() < 0.2:
        return _tag_list(scene, rng, told)
    return _sentence(scene, rng, told, plain)
