"""Shows what the painter draws: a contact sheet of scenes, each caption on a line of the output."""

from pathlib import Path

import numpy as np
from PIL import Image

from training.sketch.captions import describe, some
from training.sketch.journal import arguments
from training.sketch.layout import paint
from training.sketch.scenes import training_scene


def sheet(pictures: list[np.ndarray], columns: int = 8, side: int = 192) -> Image.Image:
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * side))
    for k, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        page.paste(small, (k % columns * side, k // columns * side))
    return page


def show(seed: int, out: Path) -> None:
    rng = np.random.default_rng(seed)
    scenes = [training_scene(rng) for _ in range(64)]
    for scene in scenes:
        print(describe(scene, rng, some(rng)))
    sheet([np.asarray(paint(scene, k)) for k, scene in enumerate(scenes)]).save(out)


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--out", type=Path, default=Path("painted.webp"))
    given = parser.parse_args()
    show(given.seed, given.out)
