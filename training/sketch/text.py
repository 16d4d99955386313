"""Stage 2: a text encoder that must be able to say what a caption tells."""

import random
import string
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training.sketch.captions import describe, some
from training.sketch.journal import Journal, Pace, arguments, keep, recall
from training.sketch.labels import TOLD, told
from training.sketch.scenes import training_scene
from training.sketch.tokenizer import LENGTH, build_tokenizer

WIDTH, LAYERS, HEADS, BATCH = 192, 3, 6, 128


def build_text_encoder(vocabulary: int) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=WIDTH * 2,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=LENGTH,
        projection_dim=WIDTH,
        hidden_act="gelu",
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    model = CLIPTextModel(config)
    # CLIP's own start is meant for embeddings that train for weeks; these have minutes.
    for name, weight in model.named_parameters():
        if "embedding.weight" in name:
            nn.init.normal_(weight, std=0.3)
    return model


class Reader(nn.Module):
    """One learned question for each thing that a caption can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = nn.Parameter(torch.randn(len(TOLD), WIDTH) * 0.1)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, len(options)) for options in TOLD.values())

    def forward(self, hidden: torch.Tensor) -> list[torch.Tensor]:
        asked = self.questions.expand(len(hidden), -1, -1)
        answers, _ = self.attention(asked, hidden, hidden, need_weights=False)
        return [head(answers[:, k]) for k, head in enumerate(self.heads)]


def token_ids(tokenizer: CLIPTokenizer, captions: list[str]) -> torch.Tensor:
    return tokenizer(captions, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt").input_ids


def with_stranger(caption: str, chance: random.Random) -> str:
    """Slips in a word that does not exist: the model must learn to pass over what it does not know."""
    words = caption.split(" ")
    stranger = "".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 7)))
    words.insert(chance.randint(0, len(words)), stranger)
    return " ".join(words)


def lesson(rng: np.random.Generator, tokenizer: CLIPTokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    captions, answers = [], []
    chance = random.Random(int(rng.integers(2**31)))
    for _ in range(BATCH):
        scene, part = training_scene(rng), some(rng)
        caption = describe(scene, rng, part)
        captions.append(with_stranger(caption, chance) if chance.random() < 0.06 else caption)
        answers.append(told(scene, part))
    return token_ids(tokenizer, captions), torch.tensor(answers)


def train(runs: Path, minutes: float, seed: int, device: str) -> None:
    journal, path = Journal(runs, "text"), runs / "text.pt"
    torch.manual_seed(seed)
    tokenizer = build_tokenizer()
    encoder, reader, step = build_text_encoder(len(tokenizer)).to(device), Reader().to(device), 0
    if saved := recall(path):
        encoder.load_state_dict(saved["encoder"])
        reader.load_state_dict(saved["reader"])
        step = saved["step"]
    rng = np.random.default_rng(seed + step)
    weights = [*encoder.parameters(), *reader.parameters()]
    optimizer = torch.optim.AdamW(weights, weight_decay=0.01)
    pace = Pace(minutes, 1.5e-3, warm=50, fall=0.6)
    while pace.share < 1:
        pace.set_rate(optimizer, step)
        ids, answers = (part.to(device) for part in lesson(rng, tokenizer))
        guesses = reader(encoder(ids).last_hidden_state)
        parts = [F.cross_entropy(guess, answers[:, k], ignore_index=-1) for k, guess in enumerate(guesses)]
        optimizer.zero_grad()
        torch.stack(parts).sum().backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            right = {
                name: round(float((guess.argmax(1) == answers[:, k])[answers[:, k] >= 0].float().mean()), 3)
                for k, (name, guess) in enumerate(zip(TOLD, guesses, strict=True))
            }
            journal.write(step=step, loss=round(float(sum(parts)), 3), **right)
            keep(path, {"encoder": encoder.state_dict(), "reader": reader.state_dict(), "step": step})
    keep(path, {"encoder": encoder.state_dict(), "reader": reader.state_dict(), "step": step})


if __name__ == "__main__":
    given = arguments(__doc__, minutes=5).parse_args()
    torch.set_num_threads(given.threads)
    train(given.runs, given.minutes, given.seed, given.device)
