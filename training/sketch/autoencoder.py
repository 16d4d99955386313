"""Stage 1: an autoencoder of pictures at half their side, trained on crops of what is painted on the spot."""

import multiprocessing
from itertools import product
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from diffusers.models.autoencoders.vae import AutoencoderTinyBlock
from PIL import Image
from torch import nn
from torch.nn import functional as F

from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.layout import paint
from training.sketch.scenes import any_scene, training_scene

# diffusers' inpainting takes denoisers of four channels only; what four cannot tell, finer cells do.
LATENTS = 4
CELL, CROP, BATCH = 4, 64, 8
ENCODER_BLOCKS, DECODER_BLOCKS, WIDTH = (0, 0, 3), (4, 3, 0), 64


def build_autoencoder() -> AutoencoderTiny:
    return AutoencoderTiny(
        encoder_block_out_channels=(WIDTH,) * len(ENCODER_BLOCKS),
        decoder_block_out_channels=(WIDTH,) * len(ENCODER_BLOCKS),
        num_encoder_blocks=ENCODER_BLOCKS,
        num_decoder_blocks=DECODER_BLOCKS,
        latent_channels=LATENTS,
    )


def _crops(seed: int, queue: "Queue[np.ndarray]") -> None:
    rng = np.random.default_rng(seed)
    while True:
        pictures = [np.asarray(halved(paint(training_scene(rng), int(rng.integers(2**31))))) for _ in range(48)]
        cut = []
        for picture in pictures * 4:
            # Whole cells, never mirrored: the squares of pixel art and the grain of paper always lie alike in them.
            y, x = rng.integers(0, (len(picture) - CROP) // CELL + 1, 2) * CELL
            cut.append(picture[y : y + CROP, x : x + CROP])
        queue.put(np.stack(cut)[rng.permutation(len(cut))])


def halved(picture: Image.Image) -> Image.Image:
    """As the denoiser's latents see a picture: a quarter of the pixels costs a quarter of its lessons."""
    return picture.reduce(2)


def to_tensor(pictures: np.ndarray) -> torch.Tensor:
    return (
        torch.from_numpy(pictures)
        .permute(0, 3, 1, 2)
        .float()
        .div(127.5)
        .sub(1)
        .contiguous(memory_format=torch.channels_last)
    )


def slopes(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def cells_of(pictures: torch.Tensor) -> torch.Tensor:
    """A row for each cell of the pictures: its quarters and theirs, in red, green, blue."""
    n, high, wide = pictures.shape[:3]
    split = pictures.reshape(n, high // CELL, 2, 2, wide // CELL, 2, 2, 3)
    return split.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(-1, 3 * CELL**2)


def _gather(conv: nn.Conv2d, held: int) -> None:
    """Sets side by side what four neighbours hold, and after it the one channel that is always 1."""
    conv.weight[: 4 * held + 1] = 0
    for at, (y, x) in enumerate(product((1, 2), repeat=2)):
        for k in range(held):
            conv.weight[at * held + k, k, y, x] = 1
    conv.weight[4 * held, held, 1, 1] = 1


@torch.no_grad()
def begin_with_axes(model: AutoencoderTiny, cells: torch.Tensor) -> None:
    """Lets the encoder tell, before any lesson, how far each cell lies along the principal axes of all cells.

    Lessons alone take an hour to find what the axes give at once. Every channel that passes a block stays above zero,
    where blocks do not bend.
    """
    mean = cells.mean(0)
    axes = torch.linalg.svd(cells - mean, full_matrices=False).Vh
    along = (cells - mean) @ axes.T
    lift = 0.3 - along.min(0).values
    first, second, third, last = (layer for layer in model.encoder.layers if isinstance(layer, nn.Conv2d))
    first.weight[:4], first.bias[:4] = 0, 0
    for k in range(3):
        first.weight[k, k, 1, 1] = 1
    first.bias[3] = 1
    _gather(second, 3)
    third.weight.zero_()
    for quarter, (y, x) in zip(axes.split(12, 1), product((1, 2), repeat=2), strict=True):
        third.weight[: len(axes), :12, y, x] = quarter
    third.weight[: len(axes), 12, 1, 1] = lift - axes @ mean
    third.weight[len(axes), 12, 1, 1] = 1
    for layer in model.encoder.layers:
        if isinstance(layer, AutoencoderTinyBlock):
            layer.conv[4].weight.mul_(0.05)
            layer.conv[4].bias.zero_()
    scale = 1 / along.std(0)[:LATENTS]
    last.weight.mul_(0.02)
    last.weight[:, :, 1, 1] = 0
    last.weight[:, :LATENTS, 1, 1] = torch.diag(scale)
    last.bias.copy_(-scale * lift[:LATENTS])


def loss_of(model: AutoencoderTiny, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    latents = model.encode(pictures).latents
    flat = latents.transpose(0, 1).flatten(1)
    tame = flat.mean(1).square().mean() + (torch.cov(flat) - torch.eye(len(flat), device=flat.device)).square().mean()
    noisy = latents + torch.randn_like(latents) * torch.rand(len(latents), 1, 1, 1, device=latents.device) * 0.1
    drawn = model.decode(noisy).sample
    edges = sum(F.l1_loss(a, b) for a, b in zip(slopes(drawn), slopes(pictures), strict=True))
    # Four numbers a cell are few: without a price on its mean colour they all go into edges.
    hue = F.l1_loss(F.avg_pool2d(drawn, CELL), F.avg_pool2d(pictures, CELL))
    square = F.mse_loss(drawn, pictures)
    return F.l1_loss(drawn, pictures) + square + 0.5 * edges + 2 * hue + tame, square.detach()


@torch.no_grad()
def measure(model: AutoencoderTiny, device: str, n: int = 48) -> tuple[float, float]:
    """PSNR on whole pictures that training does not use, and the spread of their latents."""
    rng = np.random.default_rng(99)
    errors, spread = [], []
    for k in range(n):
        picture = to_tensor(np.asarray(halved(paint(any_scene(rng), k)))[None]).to(device)
        latents = model.encode(picture).latents
        drawn = model.decode(latents).sample.clamp(-1, 1)
        errors.append(((drawn - picture) / 2).square().mean())
        spread.append(latents.square().mean())
    return float(-10 * torch.log10(torch.stack(errors)).mean()), float(torch.stack(spread).mean().sqrt())


def train(runs: Path, minutes: float, seed: int, device: str) -> None:
    journal, path = Journal(runs, "autoencoder"), runs / "autoencoder.pt"
    model = build_autoencoder()
    step, saved = 0, recall(path)
    if saved:
        model.load_state_dict(saved["model"])
        step = saved["step"]
    torch.manual_seed(seed + step)
    model.to(device, memory_format=torch.channels_last)
    parts = [{"params": list(model.encoder.parameters()), "share": 0.25}, {"params": list(model.decoder.parameters())}]
    optimizer = torch.optim.AdamW(parts, betas=(0.9, 0.98), weight_decay=1e-4)
    queue: Queue[np.ndarray] = multiprocessing.get_context("fork").Queue(2)
    painter = multiprocessing.get_context("fork").Process(target=_crops, args=(seed + step, queue), daemon=True)
    painter.start()
    if not saved:
        begin_with_axes(model, cells_of(torch.from_numpy(queue.get()).float() / 255))
    first, pace = step, Pace(minutes, 6e-4, fall=0.6)
    while pace.share < 1:
        for crops in queue.get().reshape(-1, BATCH, CROP, CROP, 3):
            pace.set_rate(optimizer, step - first)
            loss, square = loss_of(model, to_tensor(crops).to(device))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step % 100 == 0:
                journal.write(
                    step=step, loss=round(loss.item(), 4), psnr=round(float(-10 * torch.log10(square / 4)), 2)
                )
        keep(path, {"model": model.state_dict(), "step": step})
    painter.terminate()
    psnr, spread = measure(model, device)
    keep(path, {"model": model.state_dict(), "step": step, "psnr": psnr, "spread": spread})
    journal.write(step=step, held_out_psnr=round(psnr, 2), spread=round(spread, 3))


def load_autoencoder(runs: Path) -> tuple[AutoencoderTiny, dict[str, float]]:
    saved = recall(runs / "autoencoder.pt")
    if saved is None:
        raise FileNotFoundError(f"{runs}: train the autoencoder first")
    model = build_autoencoder()
    model.load_state_dict(saved["model"])
    return model.eval(), {"psnr": saved["psnr"], "spread": saved["spread"]}


if __name__ == "__main__":
    given = arguments(__doc__, minutes=12).parse_args()
    torch.set_num_threads(given.threads)
    train(given.runs, given.minutes, given.seed, given.device)
