import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from diffusers.models.autoencoders.vae import DecoderOutput

from training.sketch.autoencoder import LATENTS, build_autoencoder, halved, to_tensor
from training.sketch.enlarge import begin_decoder, build_large, fold_halving, loss_of
from training.sketch.layout import paint
from training.sketch.syllabus import lesson


@pytest.fixture(scope="module")
def small() -> AutoencoderTiny:
    torch.manual_seed(3)
    return build_autoencoder().eval()


@torch.no_grad()
def test_the_large_encoder_sees_what_the_small_one_sees_of_half_the_picture(small: AutoencoderTiny):
    large = build_large()
    fold_halving(large, small)
    rng = np.random.default_rng(3)
    pictures = [paint(lesson(rng), seed) for seed in range(3)]
    whole = large.encode(to_tensor(np.stack([np.asarray(picture) for picture in pictures]))).latents
    half = small.encode(to_tensor(np.stack([np.asarray(halved(picture)) for picture in pictures]))).latents
    assert whole.shape == half.shape == (3, LATENTS, 32, 32)
    assert (whole - half).square().mean() < 0.02 * half.var()


@torch.no_grad()
def test_an_unfolded_encoder_sees_something_else(small: AutoencoderTiny):
    rng = np.random.default_rng(3)
    picture = paint(lesson(rng), 1)
    whole = build_large().encode(to_tensor(np.array(picture)[None])).latents
    half = small.encode(to_tensor(np.array(halved(picture))[None])).latents
    assert (whole - half).square().mean() > 0.5 * half.var()


@torch.no_grad()
def test_the_large_decoder_shows_twice_the_side(small: AutoencoderTiny):
    large = build_large()
    begin_decoder(large, small)
    assert large.decode(torch.zeros(1, LATENTS, 32, 36)).sample.shape == (1, 3, 256, 288)


def test_a_picture_that_reads_otherwise_costs_more(small: AutoencoderTiny, monkeypatch: pytest.MonkeyPatch):
    large = build_large()
    fold_halving(large, small)
    shown = to_tensor(np.array(paint(lesson(np.random.default_rng(3)), 1))[None])
    with torch.no_grad():
        cells = large.encode(shown).latents
        monkeypatch.setattr(large, "decode", lambda latents: DecoderOutput(sample=shown))
        assert loss_of(large, cells, shown) < 1e-6
        assert loss_of(large, cells + 1, shown) > 0.1
