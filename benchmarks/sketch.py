"""Measures models/klikyai-sketch on this machine: adherence, diversity, time, memory, fidelity."""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline

from training.sketch.critic import load_critic
from training.sketch.enlarge import measure_large
from training.sketch.evaluate import GUIDANCE, STEPS, adherence, diversity, drawn, questions
from training.sketch.paint import sheet
from training.sketch.syllabus import one, some, two

ROOT = Path(__file__).parents[1]
GOALS = {
    "subject": 0.95,
    "colour": 0.92,
    "place": 0.95,
    "style": 0.95,
    "two things": 0.85,
    "relation": 0.8,
    "count": 0.85,
}


def open_model(folder: Path) -> tuple[StableDiffusionPipeline, float]:
    started = time.perf_counter()
    pipeline = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    pipeline("a red boat on the sea", num_inference_steps=STEPS, height=256, width=256)
    return pipeline, time.perf_counter() - started


def timed(work: Callable[[], Any], n: int = 6) -> dict[str, float]:
    work()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(n):
        work()
    return {"seconds": (time.perf_counter() - wall) / n, "cpu_seconds": (time.process_time() - cpu) / n}


def speed(pipeline: StableDiffusionPipeline) -> dict[str, float]:
    ask = {"num_inference_steps": STEPS, "guidance_scale": GUIDANCE, "height": 256, "width": 256}
    return timed(lambda: pipeline("a red sailboat on the sea at sunset, watercolour", **ask))


def contact_sheet(pipeline: StableDiffusionPipeline, path: Path) -> None:
    asked = [q for kind, n in ((one, 32), (two, 20), (some, 12)) for q in questions(n, 5, kind)]
    sheet(list(drawn(pipeline, asked, STEPS, GUIDANCE))).save(path, quality=88)
    path.with_suffix(".txt").write_text("".join(f"{k // 8 + 1}.{k % 8 + 1} {q.prompt}\n" for k, q in enumerate(asked)))


def report(figures: dict[str, Any]) -> str:
    lines = [f"{'':14}{'model':>8}{'kept':>8}{'ceiling':>9}{'goal':>7}"]
    for name, row in figures["adherence"].items():
        goal = f"{GOALS[name]:7.0%}" if name in GOALS else ""
        lines.append(f"{name:14}{row['model']:8.1%}{row['kept']:8.1%}{row['ceiling']:9.1%}{goal}")
    lines += [f"{name:14}{value:8.2f}" for name, value in figures["machine"].items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "klikyai-sketch")
    parser.add_argument("--questions", type=int, default=160, help="how many pictures to judge")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "sketch.json")
    parser.add_argument("--sheet", type=Path, help="also draw 64 held-out prompts into this file")
    given = parser.parse_args()
    torch.set_num_threads(2)
    pipeline, first = open_model(given.model)
    machine = {"first picture": first, **speed(pipeline), "psnr": measure_large(pipeline.vae)}
    machine |= {f"spread {name}": value for name, value in diversity(pipeline).items()}
    figures = {"steps": STEPS, "guidance": GUIDANCE, "questions": given.questions, "machine": machine}
    figures["adherence"] = adherence(pipeline, load_critic(), given.questions)
    machine["peak GB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if given.sheet:
        contact_sheet(pipeline, given.sheet)
    given.out.write_text(json.dumps(figures, indent=1) + "\n")
    print(report(figures))


if __name__ == "__main__":
    main()
