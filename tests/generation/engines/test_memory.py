"""Models that stay, models that make room, and pictures that do not fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from django.conf import settings

from generation.contract import Request, Result, Weights
from generation.engines.local import rounds
from generation.engines.local.devices import Device
from generation.engines.local.engine import Diffusers
from generation.engines.local.models import Loaded
from generation.errors import EngineFailed
from tests.generation.checkpoints import make_checkpoint
from tests.generation.engines.conftest import Watching

Ask = Callable[..., Request]


def weights(name: str, **options: Any) -> Weights:
    folder: Path = make_checkpoint("sd15", settings.VAR_DIR / "checkpoints" / "sd15")
    return Weights(name, "sd15", folder, options)


class Small(Device):
    """A card, as far as residency can see: models rest in RAM when it is full."""

    def __init__(self, room: int, ram: int) -> None:
        self.room, self.ram, self.placed = room, ram, []

    def budget(self) -> int:
        return self.room

    def resting_budget(self) -> int:
        return self.ram

    def place(self, model: Loaded) -> None:
        self.placed.append(model.weights.slug)

    def rest(self, model: Loaded) -> bool:
        return True


@pytest.fixture
def size() -> int:
    engine = Diffusers()
    engine.load(weights("measure"))
    return engine.warm()["measure"]


def with_card(room: int, ram: int) -> Diffusers:
    engine = Diffusers()
    engine.residency.device = Small(room, ram)
    return engine


def test_a_warm_model_is_not_opened_twice(ask: Ask) -> None:
    engine = Diffusers()
    engine.load(weights("a"))
    first = engine.residency.take(weights("a"))
    engine.generate([ask(weights=weights("a"))], Watching())
    assert engine.residency.take(weights("a")) is first


def test_a_row_that_changed_is_opened_again() -> None:
    engine = Diffusers()
    engine.load(weights("a"))
    first = engine.residency.take(weights("a"))
    assert engine.residency.take(weights("a", revision="new")) is not first


def test_loading_is_told_only_when_it_happens(ask: Ask) -> None:
    engine, cold, warm = Diffusers(), Watching(), Watching()
    engine.generate([ask(weights=weights("a"))], cold)
    engine.generate([ask(weights=weights("a"))], warm)
    assert [watch.told[0][1].stage for watch in (cold, warm)] == ["loading", "developing"]


def test_the_one_not_used_for_longest_leaves_the_card(size: int) -> None:
    engine = with_card(room=int(size * 2.5), ram=size * 10)
    for name in ("a", "b", "a", "c"):
        engine.load(weights(name))
    assert set(engine.warm()) == {"a", "c"}
    engine.load(weights("b"))
    assert engine.residency.device.placed == ["a", "b", "c", "b"]
    assert set(engine.warm()) == {"c", "b"}
    assert set(engine.residency.models) == {"a", "b", "c"}


def test_ram_has_an_end_too(size: int) -> None:
    engine = with_card(room=int(size * 1.5), ram=int(size * 1.5))
    for name in ("a", "b", "c"):
        engine.load(weights(name))
    assert set(engine.warm()) == {"c"}
    assert set(engine.residency.models) == {"b", "c"}


def test_without_a_card_models_are_forgotten(size: int, settings: Any) -> None:
    settings.LOCAL_MEMORY = int(size * 1.5)
    engine = Diffusers()
    for name in ("a", "b"):
        engine.load(weights(name))
    assert set(engine.residency.models) == {"b"}


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], tuple[Diffusers, list[int]]]:
    """An engine whose memory holds so many pictures at once, and the sizes of the groups that it tried."""

    def made(room: int) -> tuple[Diffusers, list[int]]:
        monkeypatch.setattr(rounds, "_size", lambda model, request: 8)
        engine, tried = Diffusers(), []
        unet = engine.residency.take(weights("tight")).base.unet
        usual = unet.forward

        def forward(sample: torch.Tensor, *args: Any, **more: Any) -> Any:
            tried.append(len(sample) // 2)
            if len(sample) // 2 > room:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return usual(sample, *args, **more)

        unet.forward = forward
        return engine, tried

    return made


def test_what_does_not_fit_is_drawn_in_smaller_groups(ask: Ask, tight: Any) -> None:
    engine, tried = tight(2)
    watch = Watching()
    first, second = (ask(job, weights=weights("tight"), n=4, seed=seed) for job, seed in (("a", 1), ("b", 90)))
    made = engine.generate([first, second], watch)
    assert [len(outcome.files) for outcome in made] == [4, 4]
    assert tried[:3] == [8, 4, 2]
    assert watch.steps("a")[-1] == (6, 6)
    assert [step for step, _steps in watch.steps("a")] == [1, 2, 3, 4, 5, 6]


def test_one_picture_too_many_is_said_plainly(ask: Ask, tight: Any) -> None:
    engine, tried = tight(0)
    engine.load(weights("other"))
    [failed] = engine.generate([ask(weights=weights("tight"))], Watching())
    assert isinstance(failed, EngineFailed)
    assert (failed.code, failed.retryable) == ("out_of_memory", False)
    assert tried == [1, 1]
    assert set(engine.warm()) == {"tight"}


def test_after_it_was_too_large_a_smaller_one_works(ask: Ask, tight: Any) -> None:
    engine, _tried = tight(1)
    [made] = engine.generate([ask(weights=weights("tight"), n=3)], Watching())
    assert isinstance(made, Result)
    assert [file.seed for file in made.files] == [7, 8, 9]
