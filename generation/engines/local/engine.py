"""Real diffusers pipelines, kept warm."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import diffusers
import torch
from django.utils.translation import gettext as _

from generation.contract import Outcome, Request, Watch, Weights
from generation.engines.local import pictures
from generation.engines.local.calls import Shot, arguments
from generation.engines.local.residency import Residency
from generation.engines.local.steps import AllStopped, Steps
from generation.errors import EngineFailed

log = logging.getLogger(__name__)

VARIANTS = {
    "text_to_image": None,
    "image_to_image": diffusers.AutoPipelineForImage2Image,
    "inpaint": diffusers.AutoPipelineForInpainting,
}
LIBRARIES = {"diffusers": diffusers.__version__, "torch": str(torch.__version__)}


class Diffusers:
    def __init__(self) -> None:
        self.residency = Residency()
        self.encoders = ThreadPoolExecutor(2, "encode")

    def load(self, weights: Weights) -> None:
        self.residency.pipeline(weights, None)

    def warm(self) -> Mapping[str, int]:
        return self.residency.sizes()

    def generate(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        try:
            return self._at_once(requests, watch)
        except torch.OutOfMemoryError:
            log.warning("out of memory", extra={"jobs": len(requests)})
        self.residency.free_all_but(requests[0].weights.slug)
        # Outside the except, where the traceback would keep what filled the memory.
        return [outcome for request in requests for outcome in self._alone(request, watch)]

    def _alone(self, request: Request, watch: Watch) -> Sequence[Outcome]:
        try:
            return self._at_once([request], watch)
        except torch.OutOfMemoryError as error:
            message = _("This is too large for the memory of this machine. Try a smaller size or fewer pictures.")
            return [EngineFailed(message, retryable=False, log=str(error), code="out_of_memory")]

    @torch.inference_mode()
    def _at_once(self, requests: Sequence[Request], watch: Watch) -> Sequence[Outcome]:
        weights, tool = requests[0].weights, requests[0].tool
        pipeline = self.residency.pipeline(weights, VARIANTS[tool])
        shots = [Shot(request, place) for request in requests for place in range(request.params["n"])]
        rounds = [shots] if self.residency.device.batches else [[shot] for shot in shots]
        steps = Steps(requests, watch, weights, rounds)
        made = {shot: picture for shots in rounds for shot, picture in _round(pipeline, shots, steps)}
        return [self._outcome(request, made, steps) for request in requests]

    def _outcome(self, request: Request, made: Mapping[Shot, Any], steps: Steps) -> Outcome:
        stopped = steps.ended.get(request.job)
        if stopped is not None:
            return stopped
        mine = [picture for shot, picture in made.items() if shot.request is request]
        facts = {"revision": request.weights.options.get("revision", ""), "libraries": LIBRARIES}
        return pictures.result(request, mine, facts, self.encoders)


def _round(pipeline: Any, shots: Sequence[Shot], steps: Steps) -> Iterable[tuple[Shot, Any]]:
    wanted = [shot for shot in shots if shot.request.job not in steps.ended]
    if not wanted:
        return ()
    try:
        made = pipeline(**arguments(pipeline, wanted), callback_on_step_end=steps.of(wanted)).images
    except AllStopped:
        return ()
    return zip(wanted, made, strict=True)
