"""What happens between two steps of a pipeline: tell, show, and look whether anybody still wants it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from generation.contract import Progress, Stopped, Watch
from generation.engines.local.calls import Shot
from generation.engines.local.models import Loaded
from generation.errors import EngineFailed

Between = Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]


class AllStopped(Exception):
    """Nobody waits for this any more."""


class Steps:
    """Counts over all rounds of a request: with four pictures one by one, the third begins in the middle."""

    def __init__(self, watch: Watch, model: Loaded, rounds: Sequence[Sequence[Shot]]) -> None:
        self.watch = watch
        self.model = model
        self.ended: dict[str, Stopped | EngineFailed] = {}
        self.rounds = Counter(job for shots in rounds for job in jobs_of(shots))
        self.done: Counter[str] = Counter()

    def split(self, halves: Sequence[Sequence[Shot]]) -> None:
        """A round that did not fit is several now."""
        of_each = Counter(job for shots in halves for job in jobs_of(shots))
        self.rounds.update({job: rounds - 1 for job, rounds in of_each.items()})

    def fail(self, shots: Sequence[Shot], failure: EngineFailed) -> None:
        for job in jobs_of(shots):
            self.ended.setdefault(job, failure)

    def still_wanted(self, shots: Sequence[Shot]) -> list[Shot]:
        return [shot for shot in shots if shot.request.job not in self.ended]

    def finished(self, shots: Sequence[Shot]) -> None:
        self.done.update(jobs_of(shots))

    def of(self, shots: Sequence[Shot]) -> Between:
        first = {shot.request.job: (place, shot) for place, shot in reversed(list(enumerate(shots)))}

        def between(pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            for place, shot in first.values():
                self._one(shot, step + 1, pipeline.num_timesteps, tensors["latents"][place])
            if all(job in self.ended for job in first):
                raise AllStopped
            return {}

        return between

    def _one(self, shot: Shot, step: int, each: int, latents: Any) -> None:
        job = shot.request.job
        if job in self.ended:
            return
        now, steps = self.done[job] * each + step, self.rounds[job] * each
        # The last step is as good as done: what it made is worth more than what stopping saves.
        if now < steps and self.watch.stopped(job):
            self.ended[job] = Stopped(now, steps)
            return
        shown = self._preview(shot, latents) if self.watch.wants_preview(job) else None
        self.watch.progress(job, Progress(now, steps, "developing", shown))

    def _preview(self, shot: Shot, latents: Any) -> bytes | None:
        if self.model.colours is None:
            return None
        params = shot.request.params
        return self.model.colours.of(latents, params["width"], params["height"], self.model.family.patch)


def jobs_of(shots: Sequence[Shot]) -> set[str]:
    return {shot.request.job for shot in shots}
