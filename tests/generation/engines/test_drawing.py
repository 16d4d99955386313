"""From words to a picture with the model that comes with us."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from generation.contract import Request, Result, Stopped
from generation.engines.local.engine import Diffusers
from tests.generation.engines.conftest import Watching, pixels

Ask = Callable[..., Request]


@pytest.fixture(scope="module")
def engine() -> Diffusers:
    return Diffusers()


def test_words_become_a_picture(engine: Diffusers, ask: Ask) -> None:
    [result] = engine.generate([ask(width=96, height=64)], Watching())
    assert isinstance(result, Result)
    image = Image.open(BytesIO(result.files[0].content))
    assert (image.format, image.size, result.files[0].mime) == ("PNG", (96, 64), "image/png")
    assert result.facts["precision"] == "float32"


def test_progress_is_told_at_every_step(engine: Diffusers, ask: Ask) -> None:
    watch = Watching()
    engine.generate([ask()], watch)
    assert watch.steps("one") == [(1, 3), (2, 3), (3, 3)]


def test_several_pictures_count_their_steps_together(engine: Diffusers, ask: Ask) -> None:
    watch = Watching()
    [result] = engine.generate([ask(n=2)], watch)
    assert watch.steps("one") == [(step, 6) for step in range(1, 7)]
    assert [file.seed for file in result.files] == [7, 8]


def test_previews_are_small_and_only_made_when_wanted(engine: Diffusers, ask: Ask) -> None:
    shown, silent = Watching(previews=True), Watching()
    engine.generate([ask(width=192, height=128)], shown)
    engine.generate([ask(width=96, height=64)], silent)
    first = Image.open(BytesIO(next(p.preview for _, p in shown.told if p.preview)))
    assert (first.format, first.size) == ("WEBP", (160, 107))
    assert not any(p.preview for _, p in silent.told)


def test_the_same_seed_is_the_same_picture(engine: Diffusers, ask: Ask) -> None:
    [first], [again], [other] = (engine.generate([ask(seed=seed)], Watching()) for seed in (7, 7, 8))
    assert first.files[0].content == again.files[0].content != other.files[0].content


def test_a_picture_is_the_same_alone_and_in_company(engine: Diffusers, ask: Ask) -> None:
    company = [ask("a", n=2, seed=1), ask("b", prompt="two ducks", negative_prompt="snow", seed=5), ask("c", seed=9)]
    together = engine.generate(company, Watching())
    alone = [engine.generate([request], Watching())[0] for request in company]
    assert [[f.content for f in r.files] for r in together] == [[f.content for f in r.files] for r in alone]
    [second] = engine.generate([ask("d", seed=2)], Watching())
    assert together[0].files[1].content == second.files[0].content


def test_a_stopped_job_ends_and_the_others_go_on(engine: Diffusers, ask: Ask) -> None:
    watch = Watching(stop={"a": 1})
    stopped, finished = engine.generate([ask("a"), ask("b")], watch)
    assert stopped == Stopped(2, 3)
    assert isinstance(finished, Result)
    assert len(watch.steps("b")) == 3


def test_a_stop_is_seen_at_the_next_step(engine: Diffusers, ask: Ask) -> None:
    watch = Watching(stop={"one": 2})
    [outcome] = engine.generate([ask(steps=12, n=3)], watch)
    assert outcome == Stopped(3, 36)


def test_a_negative_prompt_changes_the_picture(engine: Diffusers, ask: Ask) -> None:
    [plain], [avoiding] = (
        engine.generate([ask()], Watching()),
        engine.generate([ask(negative_prompt="sea")], Watching()),
    )
    assert (pixels(plain.files[0].content) != pixels(avoiding.files[0].content)).any()
