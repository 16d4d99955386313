"""The rounds of one call, worked off; a round that does not fit is halved until it does."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from importlib.metadata import version

import torch
from django.utils.translation import gettext_noop

from generation.contract import File, Outcome, Request, Result, Watch
from generation.engines.local import pictures
from generation.engines.local.calls import Shot, arguments
from generation.engines.local.devices import slice_up
from generation.engines.local.models import Loaded
from generation.engines.local.residency import Residency
from generation.engines.local.steps import AllStopped, Steps
from generation.errors import EngineFailed

LIBRARIES = {name: version(name) for name in ("diffusers", "torch", "transformers")}
NO_ROOM = "not enough memory"  # how torch says it on a processor


class Session:
    def __init__(
        self, model: Loaded, residency: Residency, encoders: Executor, watch: Watch, planned: Sequence[Sequence[Shot]]
    ) -> None:
        self.model = model
        self.residency = residency
        self.encoders = encoders
        self.steps = Steps(watch, model, planned)
        self.files: dict[str, list[tuple[int, Future[bytes]]]] = {}
        self.cleared = False

    def work(self, waiting: deque[list[Shot]]) -> None:
        while waiting:
            shots = self.steps.still_wanted(waiting.popleft())
            if shots and not self._fits(shots):
                waiting.extendleft(reversed(self._smaller(shots)))

    def outcome(self, request: Request) -> Outcome:
        if request.job in self.steps.ended:
            return self.steps.ended[request.job]
        files = [
            File(content.result(), "image/png", request.seed + place)
            for place, content in sorted(self.files[request.job], key=lambda one: one[0])
        ]
        precision = str(self.model.dtype).removeprefix("torch.")
        facts = {"libraries": LIBRARIES, "precision": precision, "device": self.residency.device.name}
        return Result(files, facts | {"revision": request.weights.options.get("revision", "")})

    def _fits(self, shots: Sequence[Shot]) -> bool:
        try:
            self._draw(shots)
        except AllStopped:
            return True
        except EngineFailed as failed:
            self.steps.fail(shots, failed)
        except torch.OutOfMemoryError:
            return False
        except (RuntimeError, ValueError, TypeError) as error:
            if NO_ROOM in str(error):
                return False
            message = gettext_noop("The model could not make this.")
            self.steps.fail(shots, EngineFailed(message, retryable=False, log=repr(error)))
        return True

    def _draw(self, shots: Sequence[Shot]) -> None:
        pipeline = self.model.pipeline(shots[0].request.tool)
        given = arguments(pipeline, self.model.family, shots)
        try:
            with torch.inference_mode():
                made = pipeline(**given, output_type="pt", callback_on_step_end=self.steps.of(shots))
        finally:
            pipeline.maybe_free_model_hooks()
        self.steps.finished(shots)
        withheld = getattr(made, "nsfw_content_detected", None) or [False] * len(shots)
        for shot, picture, hidden in zip(shots, made.images, withheld, strict=True):
            self._keep(shot, picture, bool(hidden))

    def _keep(self, shot: Shot, picture: torch.Tensor, hidden: bool) -> None:
        if hidden:
            message = gettext_noop("The model's own filter withheld this picture.")
            self.steps.fail([shot], EngineFailed(message, retryable=False, code="content_refused"))
        elif not bool(torch.isfinite(picture).all()):
            message = gettext_noop("These settings lead this model nowhere. Try others.")
            self.steps.fail([shot], EngineFailed(message, retryable=False, log="not a number"))
        else:
            pixels = (picture.float() * 255).round().byte().permute(1, 2, 0).cpu()
            file = self.encoders.submit(pictures.encoded, pixels.numpy(), shot.request)
            self.files.setdefault(shot.request.job, []).append((shot.place, file))

    def _smaller(self, shots: list[Shot]) -> list[list[Shot]]:
        self.residency.device.collect()
        if len(shots) > 1:
            halves = [shots[: len(shots) // 2], shots[len(shots) // 2 :]]
            self.steps.split(halves)
            return halves
        if not self.cleared:
            self.cleared = True
            self.residency.free_all_but(self.model.weights.slug)
            slice_up(self.model)
            return [shots]
        message = gettext_noop("This is too large for the memory of this machine. Try a smaller size.")
        self.steps.fail(shots, EngineFailed(message, retryable=False, code="out_of_memory"))
        return []
