"""What sets the families apart from each other, so that no code needs to ask which one it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from generation.errors import EngineFailed


@dataclass(frozen=True, slots=True)
class Family:
    half: str = "bfloat16"  # what it computes in where the hardware has a half
    guidance: str = "guidance_scale"
    negative: bool = True
    without_negative: str | None = None  # what stands for "no negative prompt"
    call: Mapping[str, Any] = field(default_factory=dict)
    patch: int = 1  # side of the square of latent cells that one token holds


FAMILIES = {
    "klikyai-sketch": Family(half="float16"),
    "sd15": Family(half="float16"),
    "sdxl": Family(half="float16"),
    "sd3": Family(call={"max_sequence_length": 256}),
    "flux": Family(negative=False, call={"max_sequence_length": 512}, patch=2),
    "flux2": Family(negative=False),
    "qwen-image": Family(guidance="true_cfg_scale", without_negative=" ", patch=2),
    "z-image": Family(call={"max_sequence_length": 512}),
    "sana": Family(),
}


def family(name: str) -> Family:
    try:
        return FAMILIES[name]
    except KeyError:
        message = gettext_noop("This installation cannot run this kind of model.")
        raise EngineFailed(message, retryable=False, log=f"unknown family {name}", code="model_broken") from None
