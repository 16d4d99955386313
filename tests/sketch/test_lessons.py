import numpy as np
import pytest
import torch

from training.sketch.autoencoder import LATENTS
from training.sketch.denoiser import Sketcher
from training.sketch.lexicon import COLOUR_NAMES, LIGHT_NAMES, PLACE_NAMES, RELATION_NAMES, STYLE_NAMES, SUBJECT_NAMES
from training.sketch.scenes import is_held_out
from training.sketch.syllabus import TAUGHT, Kind, exam, lesson, one, some, two
from training.sketch.tokenizer import build_tokenizer


def test_lessons_cover_the_syllabus_and_nothing_else():
    rng = np.random.default_rng(12)
    scenes = [lesson(rng) for _ in range(1500)]
    assert set(TAUGHT) <= set(SUBJECT_NAMES)
    assert {scene.things[0].subject for scene in scenes} == set(TAUGHT)
    assert {scene.things[0].colour for scene in scenes} == set(COLOUR_NAMES)
    assert {(scene.place, scene.light) for scene in scenes} > {(place, "day") for place in PLACE_NAMES}
    assert {scene.light for scene in scenes} == set(LIGHT_NAMES)
    assert {scene.style for scene in scenes} == set(STYLE_NAMES)
    assert {scene.things[0].count for scene in scenes} == {1, 2, 3}
    assert {scene.relation for scene in scenes} == {None, *RELATION_NAMES}


def test_an_exam_asks_for_what_no_lesson_shows():
    rng = np.random.default_rng(13)
    assert not any(is_held_out(lesson(rng)) for _ in range(300))
    assert all(is_held_out(exam(rng)) for _ in range(50))


@pytest.mark.parametrize(("kind", "things", "counts"), [(one, 1, {1}), (some, 1, {2, 3}), (two, 2, {1})])
def test_an_exam_keeps_to_its_kind(kind: Kind, things: int, counts: set[int]):
    rng = np.random.default_rng(14)
    scenes = [exam(rng, kind) for _ in range(40)]
    assert {len(scene.things) for scene in scenes} == {things}
    assert {thing.count for scene in scenes for thing in scene.things} == counts
    assert all((scene.relation is not None) == (things == 2) for scene in scenes)


def test_the_denoiser_learns_and_what_reads_stays_as_it_was():
    model = Sketcher(len(build_tokenizer()))
    told = model(torch.randn(1, LATENTS, 32, 32), torch.tensor([500]), torch.ones(1, 32, dtype=torch.long))
    told.square().mean().backward()
    assert all(weight.grad is None for weight in model.text.parameters())
    assert all(weight.grad is not None for weight in model.denoiser.parameters())
