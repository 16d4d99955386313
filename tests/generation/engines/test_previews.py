"""What a picture looks like before it is done."""

import torch
from diffusers import AutoencoderTiny

from generation.engines.local import colouring
from generation.engines.local.previews import cells_of, colours
from tests.generation.engines.conftest import SKETCH


def test_tokens_become_rows_and_columns() -> None:
    grid = torch.arange(4 * 6 * 10).reshape(4, 6, 10).float()
    tokens = torch.nn.functional.pixel_unshuffle(grid, 2).flatten(1).T
    assert (cells_of(tokens, width=80, height=48, patch=2) == grid).all()


def test_a_moment_in_time_is_a_picture() -> None:
    assert cells_of(torch.zeros(16, 1, 4, 6), 48, 32, patch=1).shape == (16, 4, 6)


def test_colours_learnt_from_the_autoencoder_are_near_those_written_down() -> None:
    vae = AutoencoderTiny.from_pretrained(SKETCH / "vae", local_files_only=True)
    matrix, bias = colouring.fit(vae)
    written = colours(None, SKETCH)
    picture = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4)).repeat_interleave(32, 2)
    picture = picture.repeat_interleave(32, 3)
    with torch.inference_mode():
        latents = (vae.encode(picture * 2 - 1).latents * vae.config.scaling_factor)[0]
    shown = torch.nn.functional.adaptive_avg_pool2d(picture, latents.shape[-2:])[0]
    learnt = torch.einsum("chw,cr->rhw", latents, matrix) + bias[:, None, None]
    known = torch.einsum("chw,cr->rhw", latents, written.matrix) + written.bias[:, None, None]
    assert (learnt - shown).abs().mean() <= (known - shown).abs().mean() < 0.2
