import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting, StableDiffusionPipeline
from PIL import Image

from training.sketch.evaluate import GUIDANCE
from training.sketch.layout import paint
from training.sketch.scenes import Scene, Thing

PROMPT = "a red boat on the sea, flat illustration"
ROWS = json.loads((Path(__file__).parents[2] / "generation/models.json").read_text())
EDITING = next(row for row in ROWS if row["slug"] == "klikyai-sketch")["options"]["editing"]["guidance"]
SOURCE = Scene((Thing("house", "blue", 1, "big"),), "field", "day", "flat")
OFFLINE = """
import socket, sys
def refuse(*args, **kwargs): raise OSError("no network here")
socket.socket.connect = refuse
from diffusers import DiffusionPipeline
pipeline = DiffusionPipeline.from_pretrained(sys.argv[1])
print(type(pipeline).__name__, pipeline("a red boat", num_inference_steps=2).images[0].size)
"""


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, float)


@pytest.fixture(scope="module")
def source() -> Image.Image:
    return paint(SOURCE, 3)


def test_opens_with_stock_classes_and_no_network(model_folder: Path):
    command = [sys.executable, "-c", OFFLINE, str(model_folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    assert done.stdout.strip() == "StableDiffusionPipeline (256, 256)", done.stderr


def test_weights_stay_small_enough_for_the_repository(model_folder: Path):
    assert 0 < sum(path.stat().st_size for path in model_folder.rglob("*.safetensors")) <= 40 * 2**20


def test_same_seed_alone_and_in_a_batch(sketch: StableDiffusionPipeline):
    ask = {"num_inference_steps": 4, "guidance_scale": GUIDANCE, "output_type": "np"}
    together = sketch([PROMPT, "a cat", PROMPT], generator=[seeded(1), seeded(2), seeded(3)], **ask).images
    alone = sketch(PROMPT, generator=[seeded(3)], **ask).images
    assert np.abs(together[2] - alone[0]).max() < 1e-3
    assert np.abs(together[2] - together[0]).max() > 0.05


@pytest.mark.parametrize(("width", "height"), [(256, 256), (288, 224), (224, 288)])
def test_draws_in_three_shapes(sketch: StableDiffusionPipeline, width: int, height: int):
    assert sketch(PROMPT, num_inference_steps=1, width=width, height=height).images[0].size == (width, height)


def test_prompt_and_negative_prompt_change_the_picture(sketch: StableDiffusionPipeline):
    def draw(prompt: str, negative: str | None = None) -> np.ndarray:
        asked = sketch(prompt, negative_prompt=negative, num_inference_steps=3, generator=seeded(4))
        return pixels(asked.images[0])

    plain = draw(PROMPT)
    assert np.abs(plain - draw("a green tree in the desert at night")).mean() > 10
    assert np.abs(plain - draw(PROMPT, "neon, city, night")).mean() > 2


def test_every_step_can_be_watched_and_previewed(sketch: StableDiffusionPipeline, model_folder: Path):
    line = json.loads((model_folder / "preview.json").read_text())
    matrix, bias = np.array(line["matrix"]), np.array(line["bias"])
    seen: list[np.ndarray] = []

    def watch(pipeline, step, time, state):
        cells = state["latents"][0].permute(1, 2, 0).numpy()
        seen.append(np.clip(cells @ matrix + bias, 0, 1))
        return state

    ask = {"num_inference_steps": 5, "guidance_scale": GUIDANCE, "generator": seeded(5)}
    final = sketch(PROMPT, callback_on_step_end=watch, **ask).images[0]
    small = pixels(final.resize(seen[0].shape[1::-1], Image.Resampling.BOX)) / 255
    away = [np.abs(preview - small).mean() for preview in seen]
    assert len(away) == 5
    # One straight line for cells of 8 x 8 pixels explains three quarters of their colours, even on real paintings.
    assert away[-1] < 0.6 * away[0]


def test_image_to_image_leaves_its_source_with_strength(sketch: StableDiffusionPipeline, source: Image.Image):
    redraw = AutoPipelineForImage2Image.from_pipe(sketch)
    away = []
    for strength in (0.3, 0.6, 0.9):
        drawn = redraw(
            PROMPT,
            image=source,
            strength=strength,
            num_inference_steps=10,
            guidance_scale=EDITING,
            generator=seeded(6),
        )
        away.append(np.abs(pixels(drawn.images[0]) - pixels(source)).mean())
    assert away[0] < away[1] < away[2]
    assert away[0] < away[2] / 1.5


def test_inpainting_leaves_the_rest_alone(sketch: StableDiffusionPipeline, source: Image.Image):
    mask = Image.new("L", (256, 256))
    mask.paste(255, (96, 96, 160, 160))
    fill = AutoPipelineForInpainting.from_pipe(sketch)
    asked = fill(
        PROMPT,
        image=source,
        mask_image=mask,
        strength=1.0,
        num_inference_steps=6,
        guidance_scale=EDITING,
        height=256,
        width=256,
        generator=seeded(7),
    )
    kept = fill.image_processor.preprocess(source)
    with torch.no_grad():
        again = sketch.vae.decode(sketch.vae.encode(kept).latents).sample
    untouched = pixels(sketch.image_processor.postprocess(again)[0])
    away = np.abs(pixels(asked.images[0]) - untouched).mean(2)
    outside = np.ones((256, 256), bool)
    # Three cells around the mask are the decoder's to blend.
    outside[48:208, 48:208] = False
    assert away[outside].mean() < 2
    assert away[96:160, 96:160].mean() > 8


def test_half_precision_weights_open_in_full_precision(sketch: StableDiffusionPipeline):
    assert {sketch.unet.dtype, sketch.vae.dtype, sketch.text_encoder.dtype} == {torch.float32}
