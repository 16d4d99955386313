from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation.contract import Progress, Request, Weights

SKETCH = Path(__file__).parents[3] / "models" / "klikyai-sketch"


class Watching:
    """Remembers what it was told; stops the jobs that it is told to stop, at the given step."""

    def __init__(self, stop: dict[str, int] | None = None, previews: bool = False) -> None:
        self.told: list[tuple[str, Progress]] = []
        self.stop = stop or {}
        self.previews = previews

    def progress(self, job: str, progress: Progress) -> None:
        self.told.append((job, progress))

    def wants_preview(self, job: str) -> bool:
        return self.previews

    def stopped(self, job: str) -> bool:
        return job in self.stop and len(self.steps(job)) >= self.stop[job]

    def steps(self, job: str) -> list[tuple[int, int]]:
        return [(p.step, p.steps) for j, p in self.told if j == job and p.stage == "developing"]


@pytest.fixture
def ask() -> Callable[..., Request]:
    def made(
        job: str = "one", tool: str = "text_to_image", weights: Weights | None = None, seed: int = 7,
        inputs: dict[str, bytes] | None = None, **params: object,
    ) -> Request:  # fmt: skip
        usual = {"prompt": "a red boat", "negative_prompt": "", "n": 1, "width": 64, "height": 64, "steps": 3}
        chosen = weights or Weights("klikyai-sketch", "klikyai-sketch", SKETCH)
        return Request(job, tool, chosen, usual | {"guidance": 4.0} | params, seed, inputs or {})

    return made


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
