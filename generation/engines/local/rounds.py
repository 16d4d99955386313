"""Which pictures are drawn together: as many as is exact, fits and was found to pay."""

from collections.abc import Sequence
from itertools import groupby

import torch

from generation.contract import Request
from generation.engines.local.calls import Shot
from generation.engines.local.models import Loaded

LARGEST = 8


def plan(model: Loaded, requests: Sequence[Request]) -> list[list[Shot]]:
    """Alike in whether something is to be avoided: some models compute the empty case in another way."""
    shots = [Shot(request, place) for request in requests for place in range(request.params["n"])]
    shots.sort(key=_avoids)
    size = _size(model, requests[0])
    alike = [list(some) for _key, some in groupby(shots, key=_avoids)]
    return [some[at : at + size] for some in alike for at in range(0, len(some), size)]


def _size(model: Loaded, request: Request) -> int:
    # Kernels add in another order for another number of pictures: single precision is exact only one by one.
    if model.dtype is torch.float32:
        return 1
    shape = f"{request.params['width']}x{request.params['height']}"
    return int(model.weights.options.get("batches", {}).get(shape, LARGEST))


def _avoids(shot: Shot) -> bool:
    return bool(shot.negative)
