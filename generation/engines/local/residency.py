"""Which models are in memory. The one that was not used for longest makes room: first on the card, then in RAM."""

import logging
from collections import OrderedDict
from collections.abc import Iterable

import torch
from django.utils.translation import gettext_noop

from generation.contract import Weights
from generation.engines.local.devices import Device, device
from generation.engines.local.models import Loaded, load
from generation.engines.local.previews import colours
from generation.errors import EngineFailed

log = logging.getLogger(__name__)


class Residency:
    def __init__(self) -> None:
        self.device: Device = device()
        self.models: OrderedDict[str, Loaded] = OrderedDict()
        self.resting: set[str] = set()  # in RAM beside a card

    def holds(self, weights: Weights) -> bool:
        held = self.models.get(weights.slug)
        return held is not None and held.weights == weights

    def sizes(self) -> dict[str, int]:
        return {slug: model.bytes for slug, model in self.models.items() if slug not in self.resting}

    def take(self, weights: Weights) -> Loaded:
        if not self.holds(weights):
            self._forget(weights.slug)
            self._read(weights)
        model = self.models[weights.slug]
        self.models.move_to_end(weights.slug)
        if weights.slug in self.resting:
            self._make_room(model)
            self._place(model)
            self.resting.discard(weights.slug)
            model.colours = model.colours or colours(model.base, weights.folder)
        return model

    def free_all_but(self, slug: str) -> None:
        for other in [name for name in self.models if name != slug]:
            self._forget(other)
        self.device.collect()

    def _read(self, weights: Weights) -> None:
        model = load(weights, self.device.dtype(weights))
        self.models[weights.slug] = model
        self.resting.add(weights.slug)
        log.info("model read", extra={"model": weights.slug, "bytes": model.bytes})

    def _place(self, model: Loaded) -> None:
        try:
            self.device.place(model)
        except torch.OutOfMemoryError as error:
            self.models.clear()
            self.resting.clear()
            message = gettext_noop("The memory of this machine is too small for this model.")
            raise EngineFailed(message, retryable=False, log=str(error), code="out_of_memory") from error

    def _make_room(self, wanted: Loaded) -> None:
        """The new model is in the list, resting, and last."""
        others = [slug for slug in self.models if slug != wanted.weights.slug]
        for slug in others:
            if slug not in self.resting and self._bytes(self.sizes()) + wanted.bytes > self.device.budget():
                self._put_aside(slug)
        for slug in others:
            if slug in self.resting and self._bytes(self.resting) - wanted.bytes > self.device.resting_budget():
                self._forget(slug)

    def _put_aside(self, slug: str) -> None:
        if self.device.rest(self.models[slug]):
            self.resting.add(slug)
            self.device.collect()
        else:
            self._forget(slug)

    def _forget(self, slug: str) -> None:
        if self.models.pop(slug, None) is not None:
            self.resting.discard(slug)
            self.device.collect()

    def _bytes(self, slugs: Iterable[str]) -> int:
        return sum(self.models[slug].bytes for slug in slugs)
