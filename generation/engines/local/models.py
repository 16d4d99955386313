"""A model in memory. Its tools share one set of weights."""

from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForInpainting, DiffusionPipeline
from django.utils.translation import gettext_noop

from generation.contract import Weights
from generation.engines import checkpoint
from generation.engines.local.families import Family, family
from generation.engines.local.previews import Colours
from generation.errors import EngineFailed

VARIANTS: dict[str, Any] = {"image_to_image": AutoPipelineForImage2Image, "inpaint": AutoPipelineForInpainting}
BROKEN = (OSError, ValueError, RuntimeError, AttributeError, TypeError, KeyError, ImportError)


@dataclass(slots=True)
class Loaded:
    weights: Weights
    family: Family
    dtype: torch.dtype
    bytes: int
    pipelines: dict[str, Any] = field(default_factory=dict)
    offloaded: bool = False
    colours: Colours | None = None

    @property
    def base(self) -> Any:
        return self.pipelines["text_to_image"]

    def pipeline(self, tool: str) -> Any:
        if tool not in self.pipelines:
            self.pipelines[tool] = _quiet(VARIANTS[tool].from_pipe(self.base))
        return self.pipelines[tool]

    def networks(self) -> list[torch.nn.Module]:
        return [part for part in self.base.components.values() if isinstance(part, torch.nn.Module)]

    def largest_part(self) -> int:
        return max(bytes_of(network) for network in self.networks())


def load(weights: Weights, dtype: torch.dtype) -> Loaded:
    checkpoint.inspect(weights.folder)
    kind = family(weights.family)
    try:
        pipeline: Any = DiffusionPipeline.from_pretrained(  # type: ignore[no-untyped-call]
            weights.folder, dtype=dtype, use_safetensors=True, local_files_only=True, trust_remote_code=False,
            **weights.options.get("open", {}),
        )  # fmt: skip
    except BROKEN as error:
        message = gettext_noop("This model cannot be opened here.")
        raise EngineFailed(message, retryable=False, log=f"{weights.slug}: {error!r}", code="model_broken") from error
    loaded = Loaded(weights, kind, dtype, 0, {"text_to_image": _quiet(pipeline)})
    loaded.bytes = sum(bytes_of(network) for network in loaded.networks())
    return loaded


def bytes_of(network: torch.nn.Module) -> int:
    return sum(part.numel() * part.element_size() for part in network.parameters())


def _quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
