"""What happens between two steps of a pipeline: tell, show, and look whether anybody still wants it."""

from collections.abc import Callable, Sequence
from typing import Any

from generation.contract import Progress, Request, Stopped, Watch, Weights
from generation.engines.local.calls import Shot
from generation.engines.local.previews import Preview


class AllStopped(Exception):
    """Nobody waits for this any more."""


class Steps:
    """Counts over all rounds of a request: with four pictures one by one, the third begins in the middle."""

    def __init__(
        self, requests: Sequence[Request], watch: Watch, weights: Weights, rounds: Sequence[Sequence[Shot]]
    ) -> None:
        self.watch = watch
        self.preview = Preview(weights)
        self.ended: dict[str, Stopped] = {}
        self.rounds = {
            request.job: sum(any(shot.request is request for shot in shots) for shots in rounds) for request in requests
        }
        self.done = dict.fromkeys(self.rounds, 0)

    def of(self, shots: Sequence[Shot]) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
        first = {shot.request.job: (place, shot.request) for place, shot in reversed(list(enumerate(shots)))}

        def between(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            for place, request in first.values():
                self._one(request, step + 1, pipeline.num_timesteps, tensors["latents"][place])
            if all(job in self.ended for job in first):
                raise AllStopped
            return {}

        return between

    def _one(self, request: Request, step: int, each: int, latents: Any) -> None:
        job = request.job
        if job in self.ended:
            return
        now, steps = self.done[job] * each + step, self.rounds[job] * each
        if step == each:
            self.done[job] += 1
        # The last step is as good as done: what it made is worth more than what stopping saves.
        if now < steps and self.watch.stopped(job):
            self.ended[job] = Stopped(now, steps)
            return
        shown = self.preview.of(latents, request) if self.watch.wants_preview(job) else None
        self.watch.progress(job, Progress(now, steps, "developing", shown))
