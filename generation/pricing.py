"""What it costs, before anything is held. Whole credits, never less than one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing import prices
from generation.models import Model
from generation.tools.base import Settled, Tool


@dataclass(frozen=True, slots=True)
class Price:
    credits: int
    honoured: int  # for whoever saw an older quote that still holds
    units: float
    breakdown: list[Mapping[str, Any]]


def price(tool: Tool, model: Model, params: Settled) -> Price:
    rate = prices.rate(tool.name, model.slug, model.credits)
    units = tool.units(params, model)
    breakdown = {"what": tool.name, "model": model.slug, "units": round(units, 3), "each": rate.each}
    return Price(_whole(rate.each, units), _whole(rate.honoured, units), units, [breakdown])


def _whole(each: int, units: float) -> int:
    return max(1, math.ceil(each * units - 1e-9)) if each else 0


def used(quoted: int, step: int, steps: int) -> int:
    """Of a job that was stopped: by the steps that ran, rounded in the person's favour."""
    return quoted * min(step, steps) // steps if steps else 0
