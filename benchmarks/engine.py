"""What a job costs over the bare pipeline, what a warm model saves, and whether pictures drawn together pay.

    python -m benchmarks.engine [rounds]

Arms take turns. In CPU-seconds of this process, which other work on the machine changes little; the whole job in
seconds of the clock too, because it waits for PostgreSQL and the disk.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.house import house, people, report

MODEL = "klikyai-sketch"
PROMPT = "a red sailboat on the sea at sunset, watercolour"
SIDE, STEPS, GUIDANCE = 256, 8, 4.0
PARAMS = {"prompt": PROMPT, "n": 1, "width": SIDE, "height": SIDE, "steps": STEPS, "guidance": GUIDANCE}
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
Took = tuple[float, float]  # seconds of the processor and of the clock


class Quiet:
    """Looks at previews as often as a browser would be shown them: at most four a second."""

    def __init__(self) -> None:
        self.shown = 0.0
        self.first_step = 0.0

    def progress(self, job: str, progress: Any) -> None:
        if progress.step and not self.first_step:
            self.first_step = time.process_time()

    def wants_preview(self, job: str) -> bool:
        due = time.monotonic() - self.shown > 0.25
        self.shown = time.monotonic() if due else self.shown
        return due

    def stopped(self, job: str) -> bool:
        return False


def seconds(work: Callable[[], Any]) -> Took:
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - clock


def interleaved(arms: Mapping[str, Callable[[], Any]]) -> dict[str, Took]:
    for work in arms.values():
        work()
    times = [{name: seconds(work) for name, work in arms.items()} for _ in range(ROUNDS)]
    return {name: _middle([row[name] for row in times]) for name in arms}


def _middle(rows: list[Took]) -> Took:
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)


def bare(pipeline: Any, pictures: int = 1) -> None:
    """As its documentation calls it, saved as anybody would."""
    import torch

    with torch.inference_mode():
        made = pipeline(
            [PROMPT] * pictures, num_inference_steps=STEPS, guidance_scale=GUIDANCE, width=SIDE, height=SIDE,
            generator=[torch.Generator().manual_seed(seed) for seed in range(pictures)],
        ).images  # fmt: skip
    for picture in made:
        picture.save(io.BytesIO(), "PNG")


def one_step(pipeline: Any) -> float:
    import torch

    with torch.inference_mode():
        ask = {"num_inference_steps": 1, "width": SIDE, "height": SIDE, "output_type": "latent"}
        return seconds(lambda: pipeline(PROMPT, **ask))[0]


def measured() -> dict[str, Any]:
    import torch

    from generation import catalogue, execution, submission
    from generation.contract import Request
    from generation.engines import registry
    from generation.engines.local.models import load
    from generation.models import Model

    weights = catalogue.weights(Model.objects.get(slug=MODEL))
    engine, pipeline = registry.local("local"), load(weights, torch.float32).base
    user, _key = people(1, credits=10_000)[0]

    def draw(watch: Quiet | None = None) -> None:
        engine.generate([Request("job", "text_to_image", weights, PARAMS, 1)], watch or Quiet())

    def until_first_step() -> float:
        watch, began = Quiet(), time.process_time()
        draw(watch)
        return watch.first_step - began

    def job() -> None:
        submission.submit(user, submission.settle(user, "text_to_image", PARAMS | {"model": MODEL}))
        execution.work_off("images")

    cold = until_first_step()
    over = interleaved({"bare": lambda: bare(pipeline), "engine": draw, "job": job})
    warm = statistics.median(until_first_step() for _ in range(ROUNDS))
    step = statistics.median(one_step(pipeline) for _ in range(ROUNDS))
    curve = interleaved({str(n): lambda n=n: bare(pipeline, n) for n in (1, 2, 4, 8, 16)})
    found: dict[str, Any] = {"model": f"{MODEL} {SIDE}x{SIDE}, {STEPS} steps, {torch.get_num_threads()} threads"}
    for name, (processor, clock) in over.items():
        found[f"{name}, s of processor and clock"] = [round(processor, 3), round(clock, 3)]
    for name in ("engine", "job"):
        extra = over[name][0] - over["bare"][0], over[name][1] - over["bare"][1]
        shares = [f"{more / bare:+.1%} ({more * 1000:+.0f} ms)" for more, bare in zip(extra, over["bare"], strict=True)]
        found[f"{name} over bare, processor and clock"] = shares
    found["goal"] = "at most 5 % or 60 ms over bare"
    found["cold: opened, until the first step, s"] = round(cold, 3)
    found["warm: until the first step, s"] = round(warm, 3)
    found["of which a bare step takes, s"] = round(step, 3)
    for n, (processor, _clock) in curve.items():
        each = processor / int(n)
        found[f"{n} together, s a picture and gain"] = [round(each, 3), round(curve["1"][0] / each, 2)]
    return found


def main() -> None:
    with house():
        report("engine", measured())


if __name__ == "__main__":
    main()
