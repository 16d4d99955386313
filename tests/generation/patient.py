"""An engine of the tests: takes as long as the prompt says, and looks at its watch at every step as a real one does."""

import io
import os
import re
import time
from collections.abc import Mapping, Sequence

from PIL import Image

from generation.contract import File, Outcome, Progress, Request, Result, Stopped, Watch, Weights
from generation.errors import EngineFailed


class Patient:
    """Words of a prompt that it knows: `takes 2.5`, `waits for /a/file`, `fails`, `breaks`, `kills`, `hangs`."""

    def __init__(self) -> None:
        self.loaded: dict[str, int] = {}

    def load(self, weights: Weights) -> None:
        self.loaded[weights.slug] = 1

    def warm(self) -> Mapping[str, int]:
        return self.loaded

    def generate(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        self.load(requests[0].weights)
        return [self._one(request, watch) for request in requests]

    def _one(self, request: Request, watch: Watch) -> Outcome:
        prompt, steps = request.params["prompt"], request.params["steps"]
        if "fails" in prompt:
            return EngineFailed("This cannot be made.", retryable=False)
        if "breaks" in prompt:
            raise RuntimeError("broken in the middle")
        if "kills" in prompt:
            os._exit(9)
        if "hangs" in prompt:
            # Holds the interpreter as a stuck extension would: no signal, no other thread gets a turn.
            re.match(r"(a*)*b", "a" * 60)
        if (awaited := re.search(r"waits for (\S+)", prompt)) is not None:
            while not os.path.exists(awaited[1]) and not watch.stopped(request.job):
                time.sleep(0.05)
        found = re.search(r"takes ([\d.]+)", prompt)
        pause = float(found[1]) / steps if found else 0.0
        for step in range(1, steps + 1):
            time.sleep(pause)
            preview = _picture(request.seed, "WEBP", 16) if watch.wants_preview(request.job) else None
            watch.progress(request.job, Progress(step, steps, "painting", preview))
            if watch.stopped(request.job):
                return Stopped(step, steps)
        size = request.params["width"]
        files = [
            File(_picture(request.seed + place, "PNG", size), "image/png", request.seed + place)
            for place in range(request.params["n"])
        ]
        return Result(files, {"library": "tests"})


def _picture(seed: int, format: str, size: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (size, size), (seed % 256, seed // 256 % 256, 90)).save(content, format)
    return content.getvalue()
