"""A picture as a list of shapes, so that eight styles can draw the same scene differently."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Rgb = tuple[int, int, int]
Points = npt.NDArray[np.float64]
Xy = Sequence[tuple[float, float]]
Role = Literal["backdrop", "subject"]

COLOURS: dict[str, Rgb] = {
    "red": (220, 52, 52),
    "orange": (244, 138, 36),
    "yellow": (250, 208, 50),
    "green": (66, 160, 72),
    "teal": (32, 168, 164),
    "blue": (52, 104, 214),
    "purple": (134, 72, 190),
    "pink": (244, 130, 174),
    "brown": (136, 86, 52),
    "black": (46, 44, 54),
    "white": (246, 244, 238),
    "grey": (146, 150, 158),
}

FIXED: dict[str, Rgb] = {
    "ink": (38, 34, 46),
    "paper": (250, 246, 236),
    "glass": (186, 222, 240),
    "lamp": (255, 224, 130),
    "wood": (128, 86, 56),
    "bark": (112, 76, 54),
    "gold": (244, 196, 72),
    "leaf": (92, 164, 88),
    "rose": (236, 104, 112),
    "skin": (236, 188, 152),
    "stone": (170, 166, 164),
    "steel": (120, 126, 138),
    "snow": (248, 250, 255),
    "flame": (255, 150, 50),
    "beak": (246, 164, 60),
}


def blend(a: Rgb, b: Rgb, share: float) -> Rgb:
    """`share` of b in a."""
    r, g, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, blue


@dataclass(frozen=True, slots=True)
class Shape:
    points: Points
    colour: Rgb
    role: Role
    layer: int
    width: float | None = None


@dataclass(slots=True)
class Canvas:
    width: int
    height: int
    rng: np.random.Generator
    sky: tuple[Rgb, Rgb] = ((200, 220, 240), (240, 240, 240))
    shapes: list[Shape] = field(default_factory=list)
    glow_at: tuple[float, float] | None = None
    dark: bool = False

    def add(self, points: Xy | Points, colour: Rgb, layer: int, width: float | None = None) -> None:
        """Scenery, in fractions of the picture: x right, y down."""
        pixels = np.asarray(points, float) * (self.width, self.height)
        self.shapes.append(Shape(pixels, colour, "backdrop", layer, width))


def oval_points(x: float, y: float, rx: float, ry: float, turn: float = 0.0, n: int = 28) -> Points:
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    px, py = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + px * c - py * s, y + px * s + py * c], 1)


def smooth(points: Xy | Points, closed: bool = True, per: int = 5) -> Points:
    """A Catmull-Rom curve through the points."""
    p = np.asarray(points, float)
    around = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    if not closed:
        padded = np.concatenate([p[:1], p, p[-1:]])
        around = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    a, b, c, d = (q[:, None, :] for q in around)
    t = np.linspace(0, 1, per, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, p[-1:]])


@dataclass(slots=True)
class Pen:
    """Draws one subject in its own frame: x from -1 to 1, y up from 0 (its foot) to 2."""

    canvas: Canvas
    x: float
    foot: float
    scale: float
    main: Rgb
    layer: int

    @property
    def rng(self) -> np.random.Generator:
        return self.canvas.rng

    def colour(self, name: str) -> Rgb:
        match name:
            case "main":
                return self.main
            case "dark":
                return blend(self.main, (28, 20, 52), 0.28)
            case "deep":
                return blend(self.main, (28, 20, 52), 0.5)
            case "light":
                return blend(self.main, (255, 250, 236), 0.3)
            case "pale":
                return blend(self.main, (255, 250, 240), 0.68)
        return FIXED.get(name) or COLOURS[name]

    def _place(self, points: Xy | Points) -> Points:
        p = np.array(points, float)
        return np.stack([self.x + p[:, 0] * self.scale, self.foot - p[:, 1] * self.scale], 1)

    def poly(self, colour: str, points: Xy | Points) -> None:
        self.canvas.shapes.append(Shape(self._place(points), self.colour(colour), "subject", self.layer))

    def blob(self, colour: str, points: Xy) -> None:
        self.poly(colour, smooth(points))

    def box(self, colour: str, x0: float, y0: float, x1: float, y1: float) -> None:
        self.poly(colour, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])

    def oval(self, colour: str, x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> None:
        self.poly(colour, oval_points(x, y, rx, ry, turn, 28 if max(rx, ry) > 0.15 else 14))

    def disc(self, colour: str, x: float, y: float, r: float) -> None:
        self.oval(colour, x, y, r, r)

    def line(self, colour: str, width: float, points: Xy | Points) -> None:
        shape = Shape(self._place(points), self.colour(colour), "subject", self.layer, width * self.scale)
        self.canvas.shapes.append(shape)

    def curve(self, colour: str, width: float, points: Xy) -> None:
        self.line(colour, width, smooth(points, closed=False))

    def eye(self, x: float, y: float, r: float) -> None:
        self.disc("paper", x, y, r)
        self.disc("ink", x + r * 0.15, y - r * 0.05, r * 0.62)
