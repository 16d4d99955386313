import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from training.sketch.captions import ALL, describe, some
from training.sketch.scenes import Scene, Thing, any_scene
from training.sketch.syllabus import lesson
from training.sketch.tokenizer import LENGTH, build_tokenizer, known_words, taught_words
from training.sketch.vocabulary import load_vocabulary, unknown_words, words_of

BOAT = Scene((Thing("boat", "red"),), "sea", "sunset", "watercolour")


def test_unknown_words_are_named_once_in_order(model_folder: Path):
    known = load_vocabulary(model_folder)
    assert unknown_words("A red bicycle and a zebra, bicycle's shadow, 8 bit", known) == ["bicycle", "zebra", "shadow"]


def test_examples_use_only_known_words(model_folder: Path):
    examples = json.loads((model_folder / "examples.json").read_text())
    assert 12 <= len(examples) <= 24
    assert [unknown_words(prompt, load_vocabulary(model_folder)) for prompt in examples] == [[]] * len(examples)


def test_asking_for_unknown_words_needs_no_torch():
    code = "import sys, training.sketch.vocabulary; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_captions_use_only_known_words():
    rng, known = np.random.default_rng(2), frozenset(known_words())
    for _ in range(500):
        caption = describe(any_scene(rng), rng, some(rng))
        assert unknown_words(caption, known) == [], caption


def test_a_lesson_uses_only_words_that_the_model_will_claim_to_know():
    rng, taught = np.random.default_rng(4), frozenset(taught_words())
    for _ in range(300):
        assert unknown_words(describe(lesson(rng), rng, some(rng)), taught) == []


def test_what_was_not_taught_is_told():
    taught = frozenset(taught_words())
    assert unknown_words("two blue penguins above a big red boat", taught) == ["penguins", "big"]


def test_every_known_word_is_one_token():
    tokenizer = build_tokenizer()
    assert [word for word in known_words() if len(tokenizer(word).input_ids) != 3] == []


def test_captions_fit_the_text_encoder():
    rng, tokenizer = np.random.default_rng(5), build_tokenizer()
    lengths = [len(tokenizer(describe(any_scene(rng), rng, ALL)).input_ids) for _ in range(500)]
    assert max(lengths) <= LENGTH


def test_the_shipped_tokenizer_is_the_trained_one(sketch):
    prompt = "A red Sailboat on the sea at sunset, watercolour blorf"
    assert sketch.tokenizer(prompt).input_ids == build_tokenizer()(prompt).input_ids


def test_captions_of_one_scene_vary_and_stay_true():
    rng = np.random.default_rng(6)
    told = {describe(BOAT, rng) for _ in range(40)}
    assert len(told) > 30
    assert all({"red", "crimson", "scarlet"} & set(words_of(text)) for text in told)


def test_partial_captions_leave_things_out():
    rng = np.random.default_rng(7)
    told = [describe(BOAT, rng, some(rng)) for _ in range(60)]
    assert any("red" not in text and "crimson" not in text and "scarlet" not in text for text in told)
