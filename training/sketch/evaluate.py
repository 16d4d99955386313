"""Stage 8: does the model draw what it is told? Asked with combinations that training never saw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from training.sketch.autoencoder import to_tensor
from training.sketch.captions import describe
from training.sketch.critic import Critic, judge
from training.sketch.labels import SHOWN, shown
from training.sketch.layout import paint
from training.sketch.scenes import Scene
from training.sketch.syllabus import Kind, exam, one, some, two

STEPS, GUIDANCE, AT_ONCE = 8, 1.5, 8
COLUMN = {name: k for k, name in enumerate(SHOWN)}
Answer = Callable[[torch.Tensor], torch.Tensor]


def _all_of(*names: str) -> Answer:
    return lambda rows: rows[:, [COLUMN[name] for name in names]]


def _both_things(rows: torch.Tensor) -> torch.Tensor:
    return rows[:, [COLUMN["subject"], COLUMN["subject2"]]].sort(1).values


def _both_colours(rows: torch.Tensor) -> torch.Tensor:
    """Each thing with its colour as one number, so that swapped colours are wrong."""
    first, second = (rows[:, COLUMN[f"subject{k}"]] * 100 + rows[:, COLUMN[f"colour{k}"]] for k in ("", "2"))
    return torch.stack([first, second], 1).sort(1).values


# What is asked of each kind of picture: an answer is right when all its numbers are.
ASKED: dict[Kind, dict[str, Answer]] = {
    one: {name: _all_of(name) for name in ("subject", "colour", "place", "light", "style")},
    two: {
        "two things": _both_things,
        "their colours": _both_colours,
        "relation": _all_of("subject", "subject2", "arrangement"),
    },
    some: {"count": _all_of("count"), "of what": _all_of("subject")},
}


@dataclass(frozen=True, slots=True)
class Question:
    scene: Scene
    prompt: str
    seed: int


def questions(n: int, seed: int, kind: Kind = one) -> list[Question]:
    rng = np.random.default_rng(seed)
    scenes = [exam(rng, kind) for _ in range(n)]
    return [Question(scene, describe(scene, rng, plain=True), number) for number, scene in enumerate(scenes)]


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


@torch.no_grad()
def kept(pipeline: StableDiffusionPipeline, pictures: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The same pictures after the autoencoder: no denoiser can show what is lost there."""
    for picture in pictures:
        latents = pipeline.vae.encode(to_tensor(picture[None])).latents
        shown = pipeline.vae.decode(latents).sample.clamp(-1, 1)
        yield shown[0].permute(1, 2, 0).add(1).mul(127.5).round().byte().numpy()


def verdicts(pipeline: StableDiffusionPipeline, critic: Critic, pictures: Iterator[np.ndarray]) -> torch.Tensor:
    everything = np.stack(list(pictures))
    parts = [judge(critic, pipeline.vae, to_tensor(everything[k : k + 32])) for k in range(0, len(everything), 32)]
    return torch.cat(parts)


def score(answers: torch.Tensor, truth: torch.Tensor, asked: dict[str, Answer]) -> dict[str, float]:
    return {name: float((told(answers) == told(truth)).all(1).float().mean()) for name, told in asked.items()}


def adherence(
    pipeline: StableDiffusionPipeline,
    critic: Critic,
    n: int,
    steps: int = STEPS,
    guidance: float = GUIDANCE,
    seed: int = 11,
) -> dict[str, dict[str, float]]:
    """Each score of the model beside that of real paintings of the same scenes, and of what is kept of these."""
    rows = {}
    for kind, wanted in ASKED.items():
        asked = questions(n, seed, kind)
        truth = torch.tensor([shown(question.scene) for question in asked])
        ours = score(verdicts(pipeline, critic, drawn(pipeline, asked, steps, guidance)), truth, wanted)
        ceiling = score(verdicts(pipeline, critic, painted(asked)), truth, wanted)
        after = score(verdicts(pipeline, critic, kept(pipeline, painted(asked))), truth, wanted)
        rows |= {name: {"model": ours[name], "kept": after[name], "ceiling": ceiling[name]} for name in wanted}
    return rows


def diversity(pipeline: StableDiffusionPipeline, prompts: int = 12, seeds: int = 4) -> dict[str, float]:
    """How far apart pictures of one prompt are, in grey levels of 255, for the model and for the painter."""
    asked = questions(prompts, 23)
    many = [Question(q.scene, q.prompt, 100 + s) for q in asked for s in range(seeds)]
    spread = {}
    for name, pictures in (("model", drawn(pipeline, many, STEPS, GUIDANCE)), ("painter", painted(many))):
        stack = np.stack(list(pictures)).reshape(prompts, seeds, -1).astype(np.float32)
        spread[name] = float(stack.std(1).mean())
    return spread
