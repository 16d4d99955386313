"""Where a stage keeps its checkpoints and metrics."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch

RUNS = Path(__file__).parent / "runs"


def arguments(stage: str | None, minutes: float = 0) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=stage)
    parser.add_argument("--runs", type=Path, default=RUNS, help="folder of checkpoints and metrics")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    if minutes:
        parser.add_argument("--minutes", type=float, default=minutes, help="train this much longer")
    return parser


class Journal:
    """Metrics of one stage, a JSON object a line."""

    def __init__(self, runs: Path, stage: str) -> None:
        runs.mkdir(parents=True, exist_ok=True)
        self.path = runs / f"{stage}.jsonl"
        self.started = time.monotonic()

    def write(self, **figures: Any) -> None:
        line = json.dumps({"seconds": round(time.monotonic() - self.started, 1), **figures})
        with self.path.open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)


def keep(path: Path, state: dict[str, Any]) -> None:
    """Replaces a checkpoint whole, so that a stop in the middle loses nothing."""
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def recall(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None


class Pace:
    """How far a run of a given length is, and the learning rate for that: warm up, hold, fall."""

    def __init__(self, minutes: float, peak: float, warm: int = 200, fall: float = 0.4) -> None:
        self.started, self.length = time.monotonic(), minutes * 60
        self.peak, self.warm, self.fall = peak, warm, fall

    @property
    def share(self) -> float:
        return min(1.0, (time.monotonic() - self.started) / self.length)

    def set_rate(self, optimizer: torch.optim.Optimizer, step: int) -> None:
        falling = min(1.0, max(0.02, (1 - self.share) / self.fall))
        for group in optimizer.param_groups:
            group["lr"] = self.peak * min(1.0, (step + 1) / self.warm) * falling * group.get("share", 1.0)
