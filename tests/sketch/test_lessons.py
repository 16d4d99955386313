import numpy as np
import torch

from training.sketch.denoiser import shows_one
from training.sketch.labels import shown
from training.sketch.scenes import Scene, Thing, any_scene


def test_first_lessons_show_one_thing():
    rng = np.random.default_rng(12)
    scenes = [any_scene(rng) for _ in range(200)]
    chosen = shows_one(torch.tensor([shown(scene) for scene in scenes])).tolist()
    assert chosen == [len(scene.things) == 1 and scene.things[0].count == 1 for scene in scenes]


def test_a_pair_and_a_crowd_wait_for_later_lessons():
    pair = Scene((Thing("cat", "red"), Thing("dog", "blue")), "field", "day", "flat", "left")
    crowd = Scene((Thing("cat", "red", 3),), "field", "day", "flat")
    assert not shows_one(torch.tensor([shown(pair), shown(crowd)])).any()
