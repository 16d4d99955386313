import numpy as np
import pytest

from training.sketch.layout import compose, paint
from training.sketch.lexicon import COLOUR_NAMES, LEXICON, LIGHT_NAMES, PLACE_NAMES, STYLE_NAMES, SUBJECT_NAMES
from training.sketch.places import PLACES
from training.sketch.scenes import SHAPES, Scene, Thing, any_scene, is_held_out, training_scene
from training.sketch.styles import STYLES, subject_cover
from training.sketch.subjects import SUBJECTS


def grey(scene: Scene, seed: int = 4) -> np.ndarray:
    return np.asarray(paint(scene, seed).convert("L"), float)


def test_same_seed_paints_the_same_picture():
    scene = any_scene(np.random.default_rng(1))
    assert np.array_equal(paint(scene, 5), paint(scene, 5))
    assert not np.array_equal(paint(scene, 5), paint(scene, 6))


def test_same_seed_draws_the_same_scenes():
    ours, again = (np.random.default_rng(3) for _ in range(2))
    assert [any_scene(ours) for _ in range(20)] == [any_scene(again) for _ in range(20)]


def test_every_word_of_the_lexicon_can_be_painted():
    assert set(SUBJECT_NAMES) == set(SUBJECTS)
    assert len(SUBJECTS) >= 40
    assert set(PLACE_NAMES) == set(PLACES)
    assert len(PLACES) + len(LIGHT_NAMES) - 1 >= 16
    assert set(STYLE_NAMES) == set(STYLES)
    assert len(STYLES) == 8
    assert len(COLOUR_NAMES) == 12


@pytest.mark.parametrize("subject", SUBJECT_NAMES)
def test_a_subject_shows_its_colour(subject: str):
    place = LEXICON["subjects"][subject]["home"][0]
    red, blue = (
        np.asarray(paint(Scene((Thing(subject, colour, 1, "big"),), place, "day", "flat"), 2), float).mean((0, 1))
        for colour in ("red", "blue")
    )
    assert red[0] - blue[0] > 2
    assert blue[2] - red[2] > 2


def test_styles_of_one_scene_really_differ():
    pictures = [grey(Scene((Thing("cat", "orange"),), "garden", "day", style)) for style in STYLE_NAMES]
    apart = [np.abs(a - b).mean() for k, a in enumerate(pictures) for b in pictures[:k]]
    assert min(apart) > 5


@pytest.mark.parametrize("light", ["fog", "night"])
@pytest.mark.parametrize("style", STYLE_NAMES)
def test_places_differ_however_little_can_be_seen(style: str, light: str):
    thing = (Thing("car", "red"),)
    seen = [np.asarray(paint(Scene(thing, place, light, style), 7).reduce(4), float) for place in PLACE_NAMES]
    apart = [np.abs(a - b).mean() for k, a in enumerate(seen) for b in seen[:k]]
    assert min(apart) > 2


@pytest.mark.parametrize("size", SHAPES)
def test_every_place_and_light_fits_every_shape(size: tuple[int, int]):
    for place in PLACE_NAMES:
        for light in LIGHT_NAMES:
            assert paint(Scene((Thing("boat", "red"),), place, light, "flat"), 1, *size).size == size


def test_training_never_shows_what_is_held_out():
    rng = np.random.default_rng(8)
    assert not any(is_held_out(training_scene(rng)) for _ in range(400))


def test_every_subject_and_colour_is_shown_to_training():
    rng = np.random.default_rng(9)
    shown = [thing for _ in range(3000) for thing in training_scene(rng).things]
    assert {thing.subject for thing in shown} == set(SUBJECT_NAMES)
    assert {thing.colour for thing in shown} == set(COLOUR_NAMES)


def test_some_of_each_subjects_company_is_held_out():
    rng = np.random.default_rng(10)
    held = [scene for _ in range(2500) if is_held_out(scene := any_scene(rng))]
    assert any(len(scene.things) == 2 for scene in held)
    assert any(len(scene.things) == 1 for scene in held)


def test_the_cover_marks_what_a_change_of_colour_touches():
    red, blue = (Scene((Thing("cup", colour),), "desert", "day", "flat") for colour in ("red", "blue"))
    cover = np.asarray(subject_cover(compose(red, 3))) > 0
    changed = (np.asarray(paint(red, 3)) != np.asarray(paint(blue, 3))).any(2)
    assert 0.05 < cover.mean() < 0.6
    assert not changed[~cover].any()
    assert changed[cover].mean() > 0.3


def test_a_big_subject_fills_more_of_the_picture_than_a_small_one():
    small, big = (Scene((Thing("cat", "red", 1, size),), "field", "day", "flat") for size in ("small", "big"))
    covered = [np.asarray(subject_cover(compose(scene, 2)), float).mean() for scene in (small, big)]
    assert covered[1] > 2 * covered[0]
