"""Stage 1: an autoencoder, trained on crops of pictures painted on the spot."""

import multiprocessing
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from PIL import Image
from torch.nn import functional as F

from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.layout import paint
from training.sketch.scenes import any_scene, training_scene

CROP, BATCH = 96, 16
ENCODER_BLOCKS, DECODER_BLOCKS, WIDTH = (0, 0, 2, 4), (4, 3, 0, 0), 64


def build_autoencoder() -> AutoencoderTiny:
    return AutoencoderTiny(
        encoder_block_out_channels=(WIDTH,) * 4,
        decoder_block_out_channels=(WIDTH,) * 4,
        num_encoder_blocks=ENCODER_BLOCKS,
        num_decoder_blocks=DECODER_BLOCKS,
        latent_channels=4,
    )


def _crops(seed: int, queue: "Queue[np.ndarray]") -> None:
    rng = np.random.default_rng(seed)
    while True:
        pictures = [np.asarray(paint(training_scene(rng), int(rng.integers(2**31)))) for _ in range(48)]
        cut = []
        for picture in pictures * 4:
            y, x = rng.integers(0, 256 - CROP + 1, 2)
            crop = picture[y : y + CROP, x : x + CROP]
            cut.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
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


def loss_of(model: AutoencoderTiny, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    latents = model.encode(pictures).latents
    flat = latents.transpose(0, 1).flatten(1)
    tame = flat.mean(1).square().mean() + (torch.cov(flat) - torch.eye(len(flat), device=flat.device)).square().mean()
    noisy = latents + torch.randn_like(latents) * torch.rand(len(latents), 1, 1, 1, device=latents.device) * 0.1
    drawn = model.decode(noisy).sample
    edges = sum(F.l1_loss(a, b) for a, b in zip(slopes(drawn), slopes(pictures), strict=True))
    # Four numbers a cell are few: without a price on its mean colour they all go into edges.
    hue = F.l1_loss(F.avg_pool2d(drawn, 8), F.avg_pool2d(pictures, 8))
    square = F.mse_loss(drawn, pictures)
    return F.l1_loss(drawn, pictures) + square + 0.5 * edges + 2 * hue + tame, square.detach()


@torch.no_grad()
def measure(model: AutoencoderTiny, device: str, n: int = 48) -> tuple[float, float]:
    """PSNR on whole pictures that training does not use, and the spread of their latents."""
    rng = np.random.default_rng(99)
    errors, spread = [], []
    for k in range(n):
        picture = to_tensor(np.asarray(paint(any_scene(rng), k))[None]).to(device)
        latents = model.encode(picture).latents
        drawn = model.decode(latents).sample.clamp(-1, 1)
        errors.append(((drawn - picture) / 2).square().mean())
        spread.append(latents.square().mean())
    return float(-10 * torch.log10(torch.stack(errors)).mean()), float(torch.stack(spread).mean().sqrt())


def train(runs: Path, minutes: float, seed: int, device: str) -> None:
    journal, path = Journal(runs, "autoencoder"), runs / "autoencoder.pt"
    model = build_autoencoder().to(device, memory_format=torch.channels_last)
    step, saved = 0, recall(path)
    if saved:
        model.load_state_dict(saved["model"])
        step = saved["step"]
    torch.manual_seed(seed + step)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=1e-4)
    queue: Queue[np.ndarray] = multiprocessing.get_context("fork").Queue(2)
    painter = multiprocessing.get_context("fork").Process(target=_crops, args=(seed + step, queue), daemon=True)
    painter.start()
    first, pace = step, Pace(minutes, 1.2e-3, fall=0.6)
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
