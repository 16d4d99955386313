"""Stage 6: a judge that says what a picture shows, taught with the painter's own pictures."""

from itertools import product
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from training.sketch.autoencoder import LATENTS, load_autoencoder
from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.labels import SHOWN
from training.sketch.shards import load_shards

BATCH, NARROW, WIDE = 64, 48, 128
# What a thing is takes far longer to learn than anything else.
WEIGHTS = [2.5 if name == "subject" else 1.0 for name in SHOWN]
KEPT = Path(__file__).parents[2] / "benchmarks" / "sketch_critic.safetensors"


class Block(nn.Module):
    def __init__(self, wide: int) -> None:
        super().__init__()
        self.steps = nn.Sequential(nn.GroupNorm(8, wide), nn.SiLU(), nn.Conv2d(wide, wide, 3, padding=1))
        self.more = nn.Sequential(nn.GroupNorm(8, wide), nn.SiLU(), nn.Conv2d(wide, wide, 3, padding=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.more(self.steps(x))


class Critic(nn.Module):
    """Sees a picture through the autoencoder, whose latents are sixteen times smaller than its pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.eye = nn.Sequential(
            nn.Conv2d(LATENTS, NARROW, 4, stride=2, padding=1),
            Block(NARROW),
            Block(NARROW),
            nn.Conv2d(NARROW, WIDE, 3, stride=2, padding=1),
            Block(WIDE),
            Block(WIDE),
            nn.AdaptiveAvgPool2d((4, 4)),
            nn.Flatten(),
        )
        self.think = nn.Sequential(nn.Linear(16 * WIDE, 2 * WIDE), nn.SiLU(), nn.Dropout(0.2))
        self.heads = nn.ModuleList(nn.Linear(2 * WIDE, len(options)) for options in SHOWN.values())

    def forward(self, latents: torch.Tensor) -> list[torch.Tensor]:
        found = self.think(self.eye(latents))
        return [head(found) for head in self.heads]


def moved(latents: torch.Tensor, y: int, x: int) -> torch.Tensor:
    height, width = latents.shape[-2:]
    return F.pad(latents, (1, 1, 1, 1), mode="replicate")[..., 1 + y : 1 + y + height, 1 + x : 1 + x + width]


@torch.no_grad()
def judge(critic: Critic, vae: AutoencoderTiny, pictures: torch.Tensor) -> torch.Tensor:
    """For each picture in -1..1 the most likely answer to each question of SHOWN.

    Nine looks, each from a little to the side, err less than one.
    """
    latents = vae.encode(pictures).latents
    looks = [critic(moved(latents, y, x)) for y, x in product((-1, 0, 1), repeat=2)]
    return torch.stack([torch.stack(told).softmax(2).sum(0).argmax(1) for told in zip(*looks, strict=True)], 1)


def load_critic() -> Critic:
    critic = Critic()
    critic.load_state_dict({name: weight.float() for name, weight in load_file(KEPT).items()})
    return critic.eval()


@torch.no_grad()
def accuracy(critic: Critic, shards: list[dict[str, torch.Tensor]]) -> dict[str, float]:
    latents, shown = (torch.cat([shard[part] for shard in shards]) for part in ("latents", "shown"))
    critic.eval()
    answers = [torch.cat(parts) for parts in zip(*(critic(some.float()) for some in latents.split(256)), strict=True)]
    critic.train()
    return {
        name: round(float((a.argmax(1) == shown[:, k]).float().mean()), 4)
        for k, (name, a) in enumerate(zip(SHOWN, answers, strict=True))
    }


def disturbed(latents: torch.Tensor) -> torch.Tensor:
    """Teaches that a subject is the same a little to the side."""
    y, x = torch.randint(-1, 2, (2,)).tolist()
    return moved(latents, y, x) + torch.randn_like(latents) * 0.1


def train(runs: Path, minutes: float, seed: int) -> None:
    journal, path = Journal(runs, "critic"), runs / "critic.pt"
    torch.manual_seed(seed)
    shards, unseen = load_shards(runs), load_shards(runs, "held-out-*.pt")
    load_autoencoder(runs)
    critic, step = Critic(), 0
    if saved := recall(path):
        critic.load_state_dict(saved["critic"])
        step = saved["step"]
    optimizer = torch.optim.AdamW(critic.parameters(), weight_decay=0.05)
    pace = Pace(minutes, 1.5e-3, warm=100, fall=0.7)
    while pace.share < 1:
        for k in torch.randperm(len(shards)).tolist():
            shard = shards[k]
            for some in torch.randperm(len(shard["latents"])).split(BATCH):
                pace.set_rate(optimizer, step)
                answers, shown = critic(disturbed(shard["latents"][some].float())), shard["shown"][some].long()
                parts = [F.cross_entropy(a, shown[:, n]) * WEIGHTS[n] for n, a in enumerate(answers)]
                loss = torch.stack(parts).sum()
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
                optimizer.step()
                step += 1
            if pace.share >= 1:
                break
        journal.write(step=step, loss=round(loss.item(), 3), **accuracy(critic, unseen))
        keep(path, {"critic": critic.state_dict(), "step": step})
    save_file({name: weight.half() for name, weight in critic.state_dict().items()}, KEPT)


if __name__ == "__main__":
    given = arguments(__doc__, minutes=12).parse_args()
    torch.set_num_threads(given.threads)
    train(given.runs, given.minutes, given.seed)
