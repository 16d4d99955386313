"""What there is to compute with, and how much of it a model may take."""

import gc
import os
from typing import Any

import torch
from django.conf import settings

from generation.contract import Weights

SMALL_CARD = 10 << 30
SHARE = 0.85


class Device:
    """The processor: everywhere, in float32, because half precision is three times slower there."""

    name = "cpu"
    stretch = 2  # bytes in memory for a byte on disk
    # A batch saves a fifth of the time here and rounds differently: the same seed would not give the same picture.
    batches = False

    def dtype(self, weights: Weights) -> torch.dtype:
        return torch.float32

    def budget(self) -> int:
        return settings.LOCAL_MEMORY or int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 0.5)

    def place(self, pipeline: Any) -> Any:
        return pipeline

    def collect(self) -> None:
        gc.collect()


class Card(Device):
    name = "cuda"
    stretch = 1
    batches = True

    def dtype(self, weights: Weights) -> torch.dtype:
        wanted = str(weights.options.get("dtype", "bfloat16"))
        return getattr(torch, wanted) if wanted != "bfloat16" or torch.cuda.is_bf16_supported() else torch.float16

    def budget(self) -> int:
        return settings.LOCAL_MEMORY or int(torch.cuda.mem_get_info()[1] * SHARE)

    def place(self, pipeline: Any) -> Any:
        if torch.cuda.mem_get_info()[1] > SMALL_CARD:
            return pipeline.to("cuda")
        pipeline.enable_model_cpu_offload()
        pipeline.enable_attention_slicing()
        if hasattr(pipeline, "vae") and hasattr(pipeline.vae, "enable_tiling"):
            pipeline.vae.enable_tiling()
            pipeline.vae.enable_slicing()
        return pipeline

    def collect(self) -> None:
        gc.collect()
        torch.cuda.empty_cache()


def device() -> Device:
    if settings.LOCAL_THREADS:
        torch.set_num_threads(settings.LOCAL_THREADS)
    return Card() if torch.cuda.is_available() else Device()
