"""A small picture of unfinished latents, by a linear map: a decoder would cost as much as some steps do."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from generation.engines.local import colouring

LARGEST = 160


@dataclass(frozen=True, slots=True)
class Colours:
    matrix: torch.Tensor  # channels x 3
    bias: torch.Tensor

    def of(self, latents: torch.Tensor, width: int, height: int, patch: int) -> bytes | None:
        cells = cells_of(latents, width, height, patch)
        if cells.shape[0] != self.matrix.shape[0]:
            return None
        rgb = torch.einsum("chw,cr->hwr", cells.float().cpu(), self.matrix) + self.bias
        picture = Image.fromarray((rgb.clamp(0, 1) * 255).round().byte().numpy())
        return _webp(picture, width, height)


def colours(pipeline: Any, folder: Path) -> Colours | None:
    """As somebody wrote down beside the weights, or as its own autoencoder shows."""
    own = folder / "preview.json"
    if own.exists():
        found = json.loads(own.read_text())
        return Colours(torch.tensor(found["matrix"]), torch.tensor(found["bias"]))
    found = colouring.fit(pipeline.vae)
    return Colours(*found) if found else None


def cells_of(latents: torch.Tensor, width: int, height: int, patch: int) -> torch.Tensor:
    """Channels x rows x columns, also of latents that come as a row of tokens, or with a moment in time."""
    if latents.ndim == 2:
        columns = max(1, round((latents.shape[0] * width / height) ** 0.5))
        grid = latents.T.reshape(latents.shape[1], -1, columns)
        return torch.nn.functional.pixel_shuffle(grid, patch)
    return latents[:, 0] if latents.ndim == 4 else latents


def _webp(picture: Image.Image, width: int, height: int) -> bytes:
    scale = min(1.0, LARGEST / max(width, height))
    smooth = picture.resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC)
    content = io.BytesIO()
    smooth.save(content, "WEBP", quality=60, method=0)
    return content.getvalue()
