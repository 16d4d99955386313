"""Stage 5: an autoencoder of whole pictures whose latents are those of halved ones."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import nn
from torch.nn import functional as F

from training.sketch.autoencoder import (
    DECODER_BLOCKS,
    ENCODER_BLOCKS,
    LATENTS,
    WIDTH,
    halved,
    load_autoencoder,
    slopes,
    to_tensor,
)
from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.layout import paint
from training.sketch.syllabus import exam, lesson

CELLS, BATCH, SIDE, LOOKS, ACROSS = 16, 8, 32, 2, 8
KEPT = 0.3
# How two neighbouring pixels become one of the halved picture, seen from the second, the first, and one before them.
TAPS = ((0.5, 0.5, 0.0), (0.0, 0.5, 0.5), (0.0, 0.0, 1.0))


def build_large() -> AutoencoderTiny:
    return AutoencoderTiny(
        encoder_block_out_channels=(WIDTH,) * 4,
        decoder_block_out_channels=(WIDTH,) * 4,
        num_encoder_blocks=(0, *ENCODER_BLOCKS),
        # Edges are bent into place where the picture is large: straight lines between its cells would blur them.
        num_decoder_blocks=(*DECODER_BLOCKS[:2], 1, 0),
        latent_channels=LATENTS,
    )


@torch.no_grad()
def fold_halving(large: AutoencoderTiny, small: AutoencoderTiny) -> None:
    """Nothing bends before the first blocks, so halving folds into two convolutions: all but one pixel in six."""
    first, second = large.encoder.layers[0], large.encoder.layers[1]
    told = small.encoder.layers[0]
    for layer in (first, second):
        layer.weight.zero_()
    first.bias.zero_()
    for at, (y, x) in enumerate(product(range(3), range(3))):
        patch = torch.outer(torch.tensor(TAPS[y]), torch.tensor(TAPS[x]))
        for colour in range(3):
            first.weight[3 * at + colour, colour] = patch
            second.weight[:, 3 * at + colour, y, x] = told.weight[:, colour, y, x]
    first.bias[27] = 1
    second.weight[:, 27, 1, 1] = told.bias
    for ours, theirs in zip(large.encoder.layers[2:], small.encoder.layers[1:], strict=True):
        ours.load_state_dict(theirs.state_dict())


def begin_decoder(large: AutoencoderTiny, small: AutoencoderTiny) -> None:
    shared = 2 + sum(DECODER_BLOCKS[:2]) + 4
    for ours, theirs in zip(large.decoder.layers[:shared], small.decoder.layers[:shared], strict=True):
        ours.load_state_dict(theirs.state_dict())


def _lessons(rng: np.random.Generator, small: AutoencoderTiny) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Some cells of the latents of halved pictures, and what they show at full size."""
    while True:
        pictures = [paint(lesson(rng), int(rng.integers(2**31))) for _ in range(BATCH)]
        with torch.no_grad():
            latents = small.encode(to_tensor(np.stack([np.asarray(halved(picture)) for picture in pictures]))).latents
        full = to_tensor(np.stack([np.asarray(picture) for picture in pictures]))
        for _ in range(LOOKS):
            y, x = (int(n) for n in rng.integers(0, SIDE - CELLS + 1, 2))
            cells = latents[..., y : y + CELLS, x : x + CELLS]
            yield cells, full[..., y * ACROSS : (y + CELLS) * ACROSS, x * ACROSS : (x + CELLS) * ACROSS]


def loss_of(large: AutoencoderTiny, cells: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
    # Disturbed as a denoiser would.
    drawn = large.decode(cells + torch.randn_like(cells) * torch.rand(len(cells), 1, 1, 1) * 0.2).sample
    edges = sum((F.l1_loss(a, b) for a, b in zip(slopes(drawn), slopes(shown), strict=True)), torch.zeros(()))
    # Read again it says the same: thin lines weigh little in pixels, but they tell one place from another.
    again = large.encode(drawn.clamp(-1, 1)).latents
    kept = F.mse_loss(again[..., 1:-1, 1:-1], cells[..., 1:-1, 1:-1])
    return 1.5 * F.l1_loss(drawn, shown) + 0.3 * F.mse_loss(drawn, shown) + edges + KEPT * kept


@torch.no_grad()
def measure_large(model: nn.Module, n: int = 48) -> float:
    """PSNR on whole pictures of combinations that no lesson shows."""
    rng = np.random.default_rng(99)
    errors = []
    for k in range(n):
        picture = to_tensor(np.asarray(paint(exam(rng), k))[None])
        drawn = model.decode(model.encode(picture).latents).sample.clamp(-1, 1)
        errors.append(((drawn - picture) / 2).square().mean())
    return float(-10 * torch.log10(torch.stack(errors)).mean())


def train(runs: Path, minutes: float, seed: int, peak: float) -> None:
    journal, path = Journal(runs, "enlarge"), runs / "enlarge.pt"
    small, large = load_autoencoder(runs)[0], build_large().to(memory_format=torch.channels_last)
    fold_halving(large, small)
    begin_decoder(large, small)
    step, saved = 0, recall(path)
    if saved:
        large.load_state_dict(saved["model"])
        step = saved["step"]
    torch.manual_seed(seed + step)
    source = _lessons(np.random.default_rng(seed + step), small)
    large.encoder.requires_grad_(False)
    optimizer = torch.optim.AdamW(large.decoder.parameters(), betas=(0.9, 0.98), weight_decay=1e-4)
    first, pace = step, Pace(minutes, peak, warm=50, fall=0.6)
    losses: list[float] = []
    while pace.share < 1:
        pace.set_rate(optimizer, step - first)
        loss = loss_of(large, *next(source))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(large.decoder.parameters(), 1.0)
        optimizer.step()
        step += 1
        losses.append(loss.item())
        if step % 50 == 0 or pace.share >= 1:
            journal.write(step=step, loss=round(sum(losses) / len(losses), 4))
            keep(path, {"model": large.state_dict(), "step": step})
            losses.clear()
    journal.write(step=step, held_out_psnr=round(measure_large(large), 2))


def load_large(runs: Path) -> AutoencoderTiny:
    saved = recall(runs / "enlarge.pt")
    if saved is None:
        raise FileNotFoundError(f"{runs}: enlarge the autoencoder first")
    model = build_large()
    model.load_state_dict(saved["model"])
    return model.eval()


if __name__ == "__main__":
    parser = arguments(__doc__, minutes=15)
    parser.add_argument("--rate", type=float, default=8e-4, help="the highest learning rate")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.runs, given.minutes, given.seed, given.rate)
