"""From requests to the arguments of one call. Pipelines differ in what they take: each gets what it knows."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from generation.contract import Request
from generation.engines.local import pictures


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture of a request."""

    request: Request
    place: int


def arguments(pipeline: Any, shots: Sequence[Shot]) -> dict[str, Any]:
    wanted = _wanted(shots) | dict(shots[0].request.weights.options.get("call", {}))
    known = inspect.signature(pipeline.__call__).parameters
    return {name: value for name, value in wanted.items() if name in known and value is not None}


def _wanted(shots: Sequence[Shot]) -> dict[str, Any]:
    params, inputs = shots[0].request.params, shots[0].request.inputs
    wanted = {
        "prompt": [shot.request.params["prompt"] for shot in shots],
        "negative_prompt": [shot.request.params["negative_prompt"] for shot in shots],
        # One generator a picture, on the CPU: the same picture alone, in a batch and on any card.
        "generator": [torch.Generator().manual_seed(shot.request.seed + shot.place) for shot in shots],
        "num_inference_steps": params["steps"],
        "guidance_scale": params["guidance"],
        "width": params["width"],
        "height": params["height"],
        "strength": params.get("strength"),
    }
    if "image" in inputs:
        wanted["image"] = [pictures.source(shot.request) for shot in shots]
    if "mask" in inputs:
        wanted["mask_image"] = [pictures.mask(shot.request) for shot in shots]
    return wanted
