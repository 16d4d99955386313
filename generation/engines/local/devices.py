"""What there is to compute with, and how much of it models may take."""

import gc

import psutil
import torch
from django.conf import settings

from generation.contract import Weights
from generation.engines.local.families import family
from generation.engines.local.models import Loaded

CARD_SHARE = 0.85
RAM_SHARE = 0.5
# Beside its weights a model needs this share of the memory to work in.
WORKING = 1.25


class Device:
    """The processor: everywhere, in float32, because half precision is three times slower there."""

    name = "cpu"

    def dtype(self, weights: Weights) -> torch.dtype:
        return torch.float32

    def budget(self) -> int:
        return settings.LOCAL_MEMORY or self.resting_budget()

    def resting_budget(self) -> int:
        return settings.LOCAL_RAM or int(psutil.virtual_memory().total * RAM_SHARE)

    def place(self, model: Loaded) -> None:
        """It computes where it was read."""

    def rest(self, model: Loaded) -> bool:
        """Whether it could leave without being forgotten."""
        return False

    def collect(self) -> None:
        gc.collect()


class Card(Device):
    name = "cuda"

    def dtype(self, weights: Weights) -> torch.dtype:
        wanted = str(weights.options.get("dtype") or family(weights.family).half)
        known: torch.dtype = getattr(torch, wanted)
        return torch.float16 if known is torch.bfloat16 and not torch.cuda.is_bf16_supported() else known

    def budget(self) -> int:
        return settings.LOCAL_MEMORY or int(torch.cuda.mem_get_info()[1] * CARD_SHARE)

    def place(self, model: Loaded) -> None:
        """Whole where it fits, part after part or layer after layer where it does not."""
        if model.bytes * WORKING <= self.budget():
            model.base.to("cuda")
            return
        slice_up(model)
        if model.largest_part() * WORKING <= self.budget():
            model.base.enable_model_cpu_offload(device="cuda")
        else:
            model.base.enable_group_offload(
                onload_device=torch.device("cuda"), offload_device=torch.device("cpu"), offload_type="leaf_level",
                use_stream=True,
            )  # fmt: skip
        model.offloaded = True

    def rest(self, model: Loaded) -> bool:
        if model.offloaded:
            return False
        model.base.to("cpu")
        return True

    def collect(self) -> None:
        gc.collect()
        torch.cuda.empty_cache()


def slice_up(model: Loaded) -> None:
    """Slower, with a fraction of the memory: pictures are decoded one by one, in tiles."""
    model.base.vae.enable_slicing()
    model.base.vae.enable_tiling()


def device() -> Device:
    if settings.LOCAL_THREADS:
        torch.set_num_threads(settings.LOCAL_THREADS)
    return Card() if torch.cuda.is_available() else Device()
