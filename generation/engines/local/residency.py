"""Which models are in memory. The one that was not used for longest makes room."""

import logging
from collections import OrderedDict
from typing import Any

import torch
from diffusers import DiffusionPipeline
from django.utils.translation import gettext as _

from generation.contract import Weights
from generation.engines.local.devices import Device, device
from generation.errors import EngineFailed

log = logging.getLogger(__name__)


class Residency:
    def __init__(self) -> None:
        self.device: Device = device()
        self.warm: OrderedDict[str, Any] = OrderedDict()
        self.bytes: dict[str, int] = {}

    def pipeline(self, weights: Weights, variant: Any) -> Any:
        if weights.slug not in self.warm:
            self._load(weights)
        self.warm.move_to_end(weights.slug)
        base = self.warm[weights.slug]
        if variant is None:
            return base
        changed = variant.from_pipe(base)
        changed.set_progress_bar_config(disable=True)
        return changed

    def sizes(self) -> dict[str, int]:
        return dict(self.bytes)

    def free_all_but(self, slug: str) -> None:
        for other in [name for name in self.warm if name != slug]:
            self._free(other)
        self.device.collect()

    def _load(self, weights: Weights) -> None:
        size = _size(weights, self.device.stretch)
        while self.warm and sum(self.bytes.values()) + size > self.device.budget():
            self._free(next(iter(self.warm)))
        self.device.collect()
        self.warm[weights.slug] = self.device.place(_opened(weights, self.device))
        self.bytes[weights.slug] = size
        log.info("model loaded", extra={"model": weights.slug, "bytes": size})

    def _free(self, slug: str) -> None:
        del self.warm[slug], self.bytes[slug]


def _opened(weights: Weights, device: Device) -> Any:
    try:
        pipeline: Any = DiffusionPipeline.from_pretrained(  # type: ignore[no-untyped-call]
            weights.folder, dtype=device.dtype(weights), use_safetensors=True, local_files_only=True,
            trust_remote_code=False, **weights.options.get("open", {}),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, torch.cuda.OutOfMemoryError) as error:
        message = _("This model cannot be opened here.")
        raise EngineFailed(message, retryable=False, log=f"{weights.slug}: {error!r}", code="model_broken") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _size(weights: Weights, stretch: int) -> int:
    files = sorted(weights.folder.rglob("*.safetensors"))
    if not files:
        message = _("This model is not installed here.")
        log_line = f"{weights.slug}: no safetensors under {weights.folder}; pickled weights are never opened"
        raise EngineFailed(message, retryable=False, log=log_line, code="model_missing")
    return sum(file.stat().st_size for file in files) * stretch
