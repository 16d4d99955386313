"""Stage 7: does the model draw what it is told? Asked with combinations that training never saw."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from training.sketch.autoencoder import to_tensor
from training.sketch.captions import describe
from training.sketch.critic import Critic, judge
from training.sketch.labels import SHOWN, shown
from training.sketch.layout import paint
from training.sketch.scenes import Rng, Scene, held_out_scene

STEPS, GUIDANCE, AT_ONCE = 8, 4.0, 8
COLUMN = {name: k for k, name in enumerate(SHOWN)}


@dataclass(frozen=True, slots=True)
class Question:
    scene: Scene
    prompt: str
    seed: int


def questions(n: int, seed: int, kind: str) -> list[Question]:
    """`kind`: one thing, two things, or one to three alike."""
    rng, asked = np.random.default_rng([seed, len(kind)]), []
    while len(asked) < n:
        scene = held_out_scene(rng)
        alone = len(scene.things) == 1
        fits = {"one": alone and scene.things[0].count == 1, "two": not alone, "count": alone and _counted(scene, rng)}
        if fits[kind]:
            asked.append(Question(scene, describe(scene, rng, plain=True), len(asked)))
    return asked


def _counted(scene: Scene, rng: Rng) -> bool:
    """Ones are far more frequent than twos and threes: thin them out."""
    return scene.things[0].count > 1 or rng.random() < 0.12


def drawn(
    pipeline: StableDiffusionPipeline, asked: list[Question], steps: int, guidance: float
) -> Iterator[np.ndarray]:
    for k in range(0, len(asked), AT_ONCE):
        some = asked[k : k + AT_ONCE]
        images = pipeline(
            [question.prompt for question in some],
            num_inference_steps=steps,
            guidance_scale=guidance,
            generator=[torch.Generator().manual_seed(question.seed) for question in some],
            height=256,
            width=256,
        ).images
        yield from (np.asarray(image) for image in images)


def painted(asked: list[Question]) -> Iterator[np.ndarray]:
    return (np.asarray(paint(question.scene, question.seed)) for question in asked)


def verdicts(pipeline: StableDiffusionPipeline, critic: Critic, pictures: Iterator[np.ndarray]) -> torch.Tensor:
    everything = np.stack(list(pictures))
    parts = [judge(critic, pipeline.vae, to_tensor(everything[k : k + 32])) for k in range(0, len(everything), 32)]
    return torch.cat(parts)


def score_one(answers: torch.Tensor, truth: torch.Tensor) -> dict[str, float]:
    right = (answers == truth).float().mean(0)
    return {name: float(right[COLUMN[name]]) for name in ("subject", "colour", "place", "light", "style")}


def score_two(answers: torch.Tensor, truth: torch.Tensor) -> dict[str, float]:
    """Both: the two subjects in their colours, wherever they are. Relation: each subject where it was told."""
    both = related = 0
    for answer, true in zip(answers.tolist(), truth.tolist(), strict=True):
        pairs, true_pairs = ({(row[0], row[1]), (row[2], row[3])} for row in (answer, true))
        both += pairs == true_pairs
        related += (answer[0], answer[2], answer[5]) == (true[0], true[2], true[5])
    return {"two things": both / len(answers), "relation": related / len(answers)}


def score_count(answers: torch.Tensor, truth: torch.Tensor) -> dict[str, float]:
    return {"count": float((answers[:, COLUMN["count"]] == truth[:, COLUMN["count"]]).float().mean())}


def adherence(
    pipeline: StableDiffusionPipeline,
    critic: Critic,
    n: int,
    steps: int = STEPS,
    guidance: float = GUIDANCE,
    seed: int = 11,
) -> dict[str, dict[str, float]]:
    """Each score of the model with the ceiling beside it: the same score of real paintings of the same scenes."""
    table: dict[str, dict[str, float]] = {}
    for kind, score in (("one", score_one), ("two", score_two), ("count", score_count)):
        asked = questions(n, seed, kind)
        truth = torch.tensor([shown(question.scene) for question in asked])
        ours = score(verdicts(pipeline, critic, drawn(pipeline, asked, steps, guidance)), truth)
        ceiling = score(verdicts(pipeline, critic, painted(asked)), truth)
        table |= {name: {"model": ours[name], "ceiling": ceiling[name]} for name in ours}
    return table


def diversity(pipeline: StableDiffusionPipeline, prompts: int = 12, seeds: int = 4) -> dict[str, float]:
    """How far apart pictures of one prompt are, in grey levels of 255, for the model and for the painter."""
    asked = questions(prompts, 23, "one")
    many = [Question(q.scene, q.prompt, 100 + s) for q in asked for s in range(seeds)]
    spread = {}
    for name, pictures in (("model", drawn(pipeline, many, STEPS, GUIDANCE)), ("painter", painted(many))):
        stack = np.stack(list(pictures)).reshape(prompts, seeds, -1).astype(np.float32)
        spread[name] = float(stack.std(1).mean())
    return spread
