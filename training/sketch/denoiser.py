"""Stage 4: the denoiser, by v-prediction on a cosine schedule."""

import copy
from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import nn

from training.sketch.autoencoder import LATENTS, load_autoencoder
from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.shards import load_shards
from training.sketch.text import WIDTH, build_text_encoder, token_ids
from training.sketch.tokenizer import build_tokenizer

CHANNELS = (48, 64, 96, 224)
UNTOLD_SHARE = 0.1
SUBJECT_WEIGHT = 3.0


def build_denoiser() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=LATENTS,
        out_channels=LATENTS,
        block_out_channels=CHANNELS,
        # No layers at the full size on the way down: what a thing is shows on 8 x 8 cells and fewer.
        layers_per_block=(0, 1, 1, 1),
        # On 4 x 4 cells every one of them feels the rim, so it knows where in the picture it is.
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=32,
        norm_num_groups=16,
        resnet_time_scale_shift="scale_shift",
        time_embedding_dim=128,
        # The pooled caption joins the time: place, light and style steer every layer from the first step on.
        addition_embed_type="text",
        addition_embed_type_num_heads=6,
    )


class Sketcher(nn.Module):
    """What stage 4 trains and what its average follows."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        # Stage 2 taught it all that captions tell: moving it here would cost a tenth of every step.
        self.text = build_text_encoder(vocabulary).requires_grad_(False)
        self.denoiser = build_denoiser().to(memory_format=torch.channels_last)

    def forward(self, noisy: torch.Tensor, times: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        return self.denoiser(noisy, times, self.text(ids).last_hidden_state).sample


def batches(
    runs: Path, generator: torch.Generator, size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Batches of one shape each, every picture with one of its captions; new shards join at the next round."""
    while True:
        shards = load_shards(runs)
        for k in torch.randperm(len(shards), generator=generator).tolist():
            shard = shards[k]
            for some in torch.randperm(len(shard["latents"]), generator=generator).split(size):
                caption = torch.randint(shard["ids"].shape[1], (len(some),), generator=generator)
                cover = shard["cover"][some, None].float() / 255
                yield shard["latents"][some].float(), cover, shard["ids"][some, caption].long()


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    for slow, fast in zip(average.parameters(), model.parameters(), strict=True):
        slow.lerp_(fast, 1 - decay)


class Lessons:
    """Turns latents and captions into the loss of one step."""

    def __init__(self, spread: float, device: str, noisiness: float) -> None:
        self.scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
        self.scheduler.alphas_cumprod = self.scheduler.alphas_cumprod.to(device)
        self.untold = token_ids(build_tokenizer(), [""])
        self.spread, self.device, self.noisiness = spread, device, noisiness

    def loss(self, model: Sketcher, latents: torch.Tensor, cover: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        ids = torch.where(torch.rand(len(ids), 1) < UNTOLD_SHARE, self.untold, ids).to(self.device)
        clean = (latents / self.spread).to(self.device)
        times = (
            (torch.sigmoid(torch.randn(len(ids)) * 1.4 + self.noisiness) * 1000).long().clamp(0, 999).to(self.device)
        )
        noise = torch.randn_like(clean)
        noisy = self.scheduler.add_noise(clean, noise, times).contiguous(memory_format=torch.channels_last)
        away = (model(noisy, times, ids) - self.scheduler.get_velocity(clean, noise, times)).square()
        weight = 1 + (SUBJECT_WEIGHT - 1) * cover.to(self.device)
        return (away * weight).mean() / weight.mean()


def _start(runs: Path, device: str) -> tuple[Sketcher, Sketcher, torch.optim.Optimizer, int, int]:
    model = Sketcher(len(build_tokenizer()))
    saved, learnt = recall(runs / "denoiser.pt"), recall(runs / "text.pt")
    if saved:
        model.load_state_dict(saved["model"])
    elif learnt:
        model.text.load_state_dict(learnt["encoder"])
    average = copy.deepcopy(model).requires_grad_(False)
    if saved:
        average.load_state_dict(saved["average"])
    model.to(device), average.to(device)
    optimizer = torch.optim.AdamW(model.denoiser.parameters(), betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    if saved:
        optimizer.load_state_dict(saved["optimizer"])
    return model, average, optimizer, *((saved["step"], saved["pictures"]) if saved else (0, 0))


def train(runs: Path, minutes: float, seed: int, device: str, size: int, peak: float, noisiness: float) -> None:
    journal, path = Journal(runs, "denoiser"), runs / "denoiser.pt"
    model, average, optimizer, step, pictures = _start(runs, device)
    lessons = Lessons(load_autoencoder(runs)[1]["spread"], device, noisiness)
    torch.manual_seed(seed + step)
    source = batches(runs, torch.Generator().manual_seed(seed + step), size)
    pace, first = Pace(minutes, peak, warm=60), step
    losses: list[float] = []
    while pace.share < 1:
        pace.set_rate(optimizer, step - first)
        loss = lessons.loss(model, *next(source))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.denoiser.parameters(), 1.0)
        optimizer.step()
        follow(average, model, min(0.9985, (1 + step) / (10 + step)))
        step, pictures = step + 1, pictures + size
        losses.append(loss.item())
        if step % 100 == 0:
            journal.write(step=step, pictures=pictures, loss=round(sum(losses) / len(losses), 4))
            losses.clear()
        if step % 200 == 0 or pace.share >= 1:
            state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
            keep(path, state | {"step": step, "pictures": pictures})


if __name__ == "__main__":
    parser = arguments(__doc__, minutes=60)
    parser.add_argument("--batch", type=int, default=8, help="few teach fastest at first and on a CPU")
    parser.add_argument("--rate", type=float, default=8e-4, help="the highest learning rate")
    # What a picture shows is decided in noise, where the caption alone tells; how clean it is, at the end.
    parser.add_argument("--noisiness", type=float, default=0.9, help="the middle of the lessons; 0 to clean up at last")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    train(given.runs, given.minutes, given.seed, given.device, given.batch, given.rate, given.noisiness)
