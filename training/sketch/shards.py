"""Stage 3: paint pictures ahead and keep what the autoencoder makes of them."""

import multiprocessing
import random
from pathlib import Path

import numpy as np
import torch

from training.sketch.autoencoder import halved, load_autoencoder, to_tensor
from training.sketch.captions import describe, some
from training.sketch.journal import arguments, keep
from training.sketch.labels import shown
from training.sketch.layout import compose
from training.sketch.scenes import SHAPES, Scene
from training.sketch.styles import STYLES, subject_cover
from training.sketch.syllabus import exam, lesson
from training.sketch.text import token_ids, with_stranger
from training.sketch.tokenizer import build_tokenizer

PER_SHARD, CAPTIONS = 512, 4


def _captions(scene: Scene, rng: np.random.Generator) -> list[str]:
    chance = random.Random(int(rng.integers(2**31)))
    written = [describe(scene, rng, some(rng)) for _ in range(CAPTIONS)]
    return [with_stranger(text, chance) if chance.random() < 0.05 else text for text in written]


def _shard(job: tuple[Path, Path, int, int, bool]) -> None:
    runs, path, number, seed, held_out = job
    torch.set_num_threads(1)
    rng = np.random.default_rng([seed, number, held_out])
    width, height = SHAPES[0] if held_out or number % 20 < 18 else SHAPES[1 + number % 2]
    model, tokenizer = load_autoencoder(runs)[0], build_tokenizer()
    scenes = [(exam if held_out else lesson)(rng) for _ in range(PER_SHARD)]
    latents, covers = [], []
    with torch.no_grad():
        for k in range(0, PER_SHARD, 8):
            drawn = [(s, compose(s, int(rng.integers(2**31)), width, height)) for s in scenes[k : k + 8]]
            pictures = [np.asarray(halved(STYLES[scene.style](canvas))) for scene, canvas in drawn]
            latents.append(model.encode(to_tensor(np.stack(pictures))).latents.half())
            covers += [np.asarray(subject_cover(canvas).reduce(8)) for _, canvas in drawn]
    ids = token_ids(tokenizer, [text for scene in scenes for text in _captions(scene, rng)])
    shard = {"latents": torch.cat(latents), "ids": ids.reshape(PER_SHARD, CAPTIONS, -1).to(torch.int16)}
    shard["cover"] = torch.from_numpy(np.stack(covers))
    keep(path, shard | {"shown": torch.tensor([shown(scene) for scene in scenes], dtype=torch.int8)})
    print(path.name, flush=True)


def fill(runs: Path, shards: int, seed: int, workers: int) -> None:
    folder = runs / "shards"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(runs, folder / f"held-out-{n}.pt", n, seed, True) for n in range(3)]
    wanted += [(runs, folder / f"{n:05}.pt", n, seed, False) for n in range(shards)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for _ in pool.imap_unordered(_shard, [job for job in wanted if not job[1].exists()]):
            pass


def load_shards(runs: Path, pattern: str = "[0-9]*.pt") -> list[dict[str, torch.Tensor]]:
    return [torch.load(path, weights_only=True) for path in sorted((runs / "shards").glob(pattern))]


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--shards", type=int, default=50, help=f"of {PER_SHARD} pictures each")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    fill(given.runs, given.shards, given.seed, given.workers)
