"""Large models on a card: what our engine costs over the bare pipeline, and what drawing together gains.

    python -m benchmarks.card [sd15 sdxl flux]       random weights in their shapes
    python -m benchmarks.card --tiny                 small ones, on whatever there is: does the script run?

Arms take turns; seconds of the clock, as the card's time is what is paid for. Without a card nothing is measured.
"""

import argparse
import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.house import house, report

PROMPT = "a red sailboat on the sea at sunset, watercolour"
ROUNDS = 3
TOGETHER = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Ask:
    side: int
    steps: int
    guidance: float
    together: tuple[int, ...] = TOGETHER


ASKS = {"sd15": Ask(512, 28, 7.0), "sdxl": Ask(1024, 28, 6.0), "flux": Ask(1024, 28, 3.5, (1, 2, 4))}
TINY = Ask(64, 2, 3.0, (1, 2))


class Unwatched:
    def progress(self, job: str, progress: Any) -> None:
        pass

    def wants_preview(self, job: str) -> bool:
        return False

    def stopped(self, job: str) -> bool:
        return False


def measured(family: str, folder: Path, ask: Ask) -> dict[str, Any]:
    from generation.engines.local.engine import Diffusers

    found: dict[str, Any] = {}
    engine = Diffusers()
    with _bare(folder) as pipeline:
        took = _interleaved(
            {"bare": lambda: _draw_bare(pipeline, ask), "ours": lambda: _draw(engine, family, folder, ask, 1)}
        )
        found["a picture, bare and ours, s"] = [round(took["bare"], 3), round(took["ours"], 3)]
        found["ours over bare"] = f"{took['ours'] / took['bare'] - 1:+.1%} (goal 5 % or 60 ms)"
    for count in ask.together:
        _forget_peak()
        _draw(engine, family, folder, ask, count)
        each = statistics.median(_seconds(partial(_draw, engine, family, folder, ask, count)) for _ in range(ROUNDS))
        gain = round(took["ours"] / (each / count), 2)
        found[f"{count} together, s a picture, gain, GB"] = [round(each / count, 3), gain, _peak()]
    return found


@contextmanager
def _bare(folder: Path) -> Iterator[Any]:
    """As its documentation opens it."""
    import torch
    from diffusers import DiffusionPipeline

    from generation.engines.local.devices import device

    half = torch.float32 if device().name == "cpu" else "auto"
    pipeline = DiffusionPipeline.from_pretrained(folder, dtype=half).to(device().name)  # type: ignore[no-untyped-call]
    pipeline.set_progress_bar_config(disable=True)
    try:
        yield pipeline
    finally:
        pipeline.to("cpu")
        del pipeline
        gc.collect()


def _draw_bare(pipeline: Any, ask: Ask) -> None:
    import torch

    with torch.inference_mode():
        made = pipeline(
            PROMPT, num_inference_steps=ask.steps, guidance_scale=ask.guidance, width=ask.side, height=ask.side,
            generator=torch.Generator().manual_seed(1),
        ).images  # fmt: skip
    made[0].save(io.BytesIO(), "PNG")


def _draw(engine: Any, family: str, folder: Path, ask: Ask, count: int) -> None:
    from generation.contract import Request, Result, Weights

    # Another name for another number of pictures would read the model again.
    weights = Weights(family, family, folder, {"batches": {f"{ask.side}x{ask.side}": max(ask.together)}})
    params = {
        "prompt": PROMPT, "n": count, "width": ask.side, "height": ask.side, "steps": ask.steps,
        "guidance": ask.guidance,
    }  # fmt: skip
    [outcome] = engine.generate([Request("job", "text_to_image", weights, params, 1)], Unwatched())
    assert isinstance(outcome, Result), outcome


def _interleaved(arms: Mapping[str, Callable[[], None]]) -> dict[str, float]:
    for work in arms.values():
        work()
    rows = [{name: _seconds(work) for name, work in arms.items()} for _ in range(ROUNDS)]
    return {name: statistics.median(row[name] for row in rows) for name in arms}


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _forget_peak() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _peak() -> float:
    import torch

    return round(torch.cuda.max_memory_allocated() / 1e9, 1) if torch.cuda.is_available() else 0.0


def everything(families: list[str], tiny: bool) -> dict[str, Any]:
    import torch

    if not (tiny or torch.cuda.is_available()):
        return {"card": "none here: nothing was measured"}
    found: dict[str, Any] = {"card": torch.cuda.get_device_name() if torch.cuda.is_available() else "none"}
    for family in families:
        with tempfile.TemporaryDirectory(prefix="klikyai-card-") as folder:
            place = _made(family, Path(folder), tiny)
            rows = measured(family, place, TINY if tiny else ASKS[family])
            found |= {f"{family}: {name}": value for name, value in rows.items()}
    return found


def _made(family: str, folder: Path, tiny: bool) -> Path:
    if tiny:
        from tests.generation.checkpoints import make_checkpoint

        return make_checkpoint(family, folder)
    from benchmarks.shapes import make

    return make(family, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", default=list(ASKS))
    parser.add_argument("--tiny", action="store_true")
    given = parser.parse_args()
    with house():
        report("card_tiny" if given.tiny else "card", everything(given.families, given.tiny))


if __name__ == "__main__":
    main()
