"""From requests to the arguments of one call. Pipelines differ in what they take: each gets what it knows."""

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from generation.contract import Request
from generation.engines.local import pictures
from generation.engines.local.families import Family


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture of a request."""

    request: Request
    place: int

    @property
    def seed(self) -> int:
        return self.request.seed + self.place

    @property
    def negative(self) -> str:
        return str(self.request.params.get("negative_prompt") or "")


def arguments(pipeline: Any, family: Family, shots: Sequence[Shot]) -> dict[str, Any]:
    wanted = _wanted(family, shots) | _given(shots) | dict(family.call)
    wanted |= shots[0].request.weights.options.get("call", {})
    known = inspect.signature(pipeline.__call__).parameters
    return {name: value for name, value in wanted.items() if name in known and value is not None}


def _wanted(family: Family, shots: Sequence[Shot]) -> dict[str, Any]:
    params = shots[0].request.params
    return {
        "prompt": [shot.request.params["prompt"] for shot in shots],
        "negative_prompt": _negatives(family, shots),
        # One generator a picture, on the CPU: the same picture alone, in a batch and on any card.
        "generator": [torch.Generator().manual_seed(shot.seed) for shot in shots],
        "num_inference_steps": _steps(params),
        family.guidance: params["guidance"],
        "width": params["width"],
        "height": params["height"],
        "strength": params.get("strength"),
    }


def _given(shots: Sequence[Shot]) -> dict[str, Any]:
    inputs = shots[0].request.inputs
    given: dict[str, Any] = {}
    if "image" in inputs:
        given["image"] = [pictures.source(shot.request) for shot in shots]
    if "mask" in inputs:
        given["mask_image"] = [pictures.mask(shot.request) for shot in shots]
    return given


def _negatives(family: Family, shots: Sequence[Shot]) -> list[str] | None:
    if not family.negative:
        return None
    if shots[0].negative:
        return [shot.negative for shot in shots]
    return None if family.without_negative is None else [family.without_negative] * len(shots)


def _steps(params: Mapping[str, Any]) -> int:
    """A gentle change in few steps is one step at least."""
    steps, strength = int(params["steps"]), params.get("strength")
    return max(steps, math.ceil(1 / strength)) if strength else steps
