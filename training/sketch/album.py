"""Draws the pictures that the pages of the studio show: one boat in every style, and a sheet for the front page."""

from argparse import ArgumentParser
from pathlib import Path

from PIL import Image

from training.sketch.layout import paint
from training.sketch.lexicon import STYLE_NAMES
from training.sketch.scenes import Scene, Thing

SIDE = 480  # the grain of the papers ends at 512
SHEET = {
    "whale": Scene((Thing("whale", "blue", 1, "big"),), "underwater", "day", "papercut"),
    "owl": Scene((Thing("owl", "brown", 1, "big"),), "forest", "night", "glow"),
    "lighthouse": Scene((Thing("lighthouse", "white", 1, "big"),), "sea", "day", "watercolour"),
    "cat": Scene((Thing("cat", "pink", 1, "big"),), "city", "night", "neon"),
    "cacti": Scene((Thing("cactus", "green", 3),), "desert", "sunset", "flat"),
    "rabbit": Scene((Thing("rabbit", "white", 1, "big"),), "garden", "day", "crayon"),
    "rocket": Scene((Thing("rocket", "red", 1, "big"),), "space", "night", "pixel"),
    "mushrooms": Scene((Thing("mushroom", "red", 3),), "forest", "fog", "ink"),
    "balloons": Scene((Thing("balloon", "red", 3),), "mountains", "sunset", "papercut"),
    "boat": Scene((Thing("boat", "yellow", 1, "big"),), "sea", "night", "glow"),
    "umbrella": Scene((Thing("umbrella", "red", 1, "big"),), "city", "rain", "watercolour"),
    "penguins": Scene((Thing("penguin", "black", 3),), "snow", "day", "flat"),
}


def draw(folder: Path) -> None:
    for style in STYLE_NAMES:
        boat = Scene((Thing("boat", "red", 1, "big"),), "sea", "sunset", style)
        _keep(paint(boat, 5), folder / "styles" / f"{style}.webp", 144)
    for name, scene in SHEET.items():
        _keep(paint(scene, 7, SIDE, SIDE), folder / "front" / f"{name}.webp", SIDE)


def _keep(picture: Image.Image, file: Path, side: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((side, side), Image.Resampling.LANCZOS).save(file, quality=82, method=6)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("static/img"))
    draw(parser.parse_args().folder)
