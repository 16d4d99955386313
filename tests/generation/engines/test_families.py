"""Models in the shape of SD 1.5, SDXL and FLUX, opened and asked by the same path, by rows alone."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from generation.contract import Request, Result, Weights
from generation.engines.local.engine import Diffusers
from generation.errors import EngineFailed
from tests.generation.checkpoints import MAKERS, make_checkpoint
from tests.generation.engines.conftest import Watching, pixels, png

Ask = Callable[..., Request]
TOOLS = ["text_to_image", "image_to_image", "inpaint"]


@pytest.fixture(scope="module")
def engine() -> Diffusers:
    return Diffusers()


def weights(family: str) -> Weights:
    return Weights(f"tiny-{family}", family, make_checkpoint(family, settings.VAR_DIR / "checkpoints" / family))


def drawing() -> Image.Image:
    chance = np.random.default_rng(3)
    return Image.fromarray(chance.integers(0, 255, (64, 96, 3), dtype=np.uint8))


def half_masked() -> Image.Image:
    mask = Image.new("L", (96, 64), 0)
    mask.paste(255, (0, 0, 48, 64))
    return mask


@pytest.mark.parametrize("family", MAKERS)
@pytest.mark.parametrize("tool", TOOLS)
def test_every_family_serves_every_tool(engine: Diffusers, ask: Ask, family: str, tool: str) -> None:
    given = {"text_to_image": {}, "image_to_image": {"image": png(drawing())}}.get(
        tool, {"image": png(drawing()), "mask": png(half_masked())}
    )
    strength = {} if tool == "text_to_image" else {"strength": 0.7}
    watch = Watching(previews=True)
    request = ask(tool=tool, weights=weights(family), width=96, height=64, steps=4, inputs=given, **strength)
    [made] = engine.generate([request], watch)
    assert isinstance(made, Result), made.log
    assert Image.open(BytesIO(made.files[0].content)).size == (96, 64)
    shown = [progress.preview for _job, progress in watch.told if progress.preview]
    assert shown
    assert Image.open(BytesIO(shown[0])).size == (96, 64)
    assert watch.steps("one")[-1][0] == watch.steps("one")[-1][1]


@pytest.mark.parametrize("family", MAKERS)
def test_alone_and_in_company_are_one_picture(engine: Diffusers, ask: Ask, family: str) -> None:
    company = [ask(str(seed), weights=weights(family), seed=seed, n=2) for seed in (1, 50)]
    together = engine.generate(company, Watching())
    [alone] = engine.generate([ask("b", weights=weights(family), seed=51)], Watching())
    assert together[1].files[1].content == alone.files[0].content


@pytest.mark.parametrize("family", ["klikyai-sketch", *MAKERS])
def test_outside_the_mask_nothing_changes(engine: Diffusers, ask: Ask, family: str) -> None:
    given = {"image": png(drawing()), "mask": png(half_masked())}
    known = None if family == "klikyai-sketch" else weights(family)
    request = ask(tool="inpaint", weights=known, width=96, height=64, inputs=given, strength=1.0)
    [made] = engine.generate([request], Watching())
    before, after = np.asarray(drawing()), pixels(made.files[0].content)
    assert (after[:, 48:] == before[:, 48:]).all()
    assert (after[:, :48] != before[:, :48]).any()


def test_a_mask_of_another_size_is_cut_as_its_picture(engine: Diffusers, ask: Ask) -> None:
    wide = drawing().resize((192, 64))
    mask = half_masked().resize((384, 128))
    request = ask(tool="inpaint", width=64, height=64, inputs={"image": png(wide), "mask": png(mask)}, strength=1.0)
    [made] = engine.generate([request], Watching())
    before = np.asarray(wide.crop((64, 0, 128, 64)))
    assert (pixels(made.files[0].content)[:, 34:] == before[:, 34:]).all()


def test_weak_change_in_few_steps_is_still_one_step(engine: Diffusers, ask: Ask) -> None:
    request = ask(tool="image_to_image", inputs={"image": png(drawing())}, strength=0.05, steps=2)
    [made] = engine.generate([request], Watching())
    assert isinstance(made, Result), made.log


def test_an_unreadable_picture_fails_its_own_job_alone(engine: Diffusers, ask: Ask) -> None:
    bad = ask("bad", tool="image_to_image", inputs={"image": b"no picture"}, strength=0.5)
    good = ask("good", tool="image_to_image", inputs={"image": png(drawing())}, strength=0.5)
    failed, made = engine.generate([bad, good], Watching())
    assert (failed.code, failed.retryable) == ("unreadable_input", False)
    assert isinstance(made, Result)


@pytest.mark.parametrize("name", ["unet/diffusion_pytorch_model.bin", "old.ckpt", "code.py", "vae/weights.pkl"])
def test_a_folder_that_could_run_code_is_refused(engine: Diffusers, ask: Ask, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(weights("sd15").folder, tmp_path / "model")
    (folder / name).write_bytes(b"import os; os.abort()")
    [failed] = engine.generate([ask(weights=Weights("evil", "sd15", folder))], Watching())
    assert (failed.code, failed.retryable) == ("model_broken", False)
    assert name.rpartition("/")[2] in failed.log


@pytest.mark.parametrize(("family", "folder"), [("sd15", "/nowhere"), ("no-such-family", "")])
def test_what_is_not_here_is_said_plainly(engine: Diffusers, ask: Ask, family: str, folder: str) -> None:
    place = Path(folder) if folder else weights("sd15").folder
    [failed] = engine.generate([ask(weights=Weights("gone", family, place))], Watching())
    assert isinstance(failed, EngineFailed)
    assert not failed.retryable


def test_a_broken_checkpoint_is_said_plainly(engine: Diffusers, ask: Ask, tmp_path: Path) -> None:
    folder = shutil.copytree(weights("sd15").folder, tmp_path / "model")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"half a file")
    [failed] = engine.generate([ask(weights=Weights("half", "sd15", folder))], Watching())
    assert (failed.code, failed.retryable) == ("model_broken", False)
