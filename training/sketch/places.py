"""The twelve places and the five lights that a scene can stand in."""

from collections.abc import Callable

import numpy as np

from training.sketch.canvas import Canvas, Points, Rgb, blend, oval_points, smooth

SKIES: dict[str, tuple[Rgb, Rgb]] = {
    "day": ((118, 190, 236), (222, 240, 246)),
    "sunset": ((96, 64, 132), (255, 166, 98)),
    "night": ((14, 18, 54), (48, 62, 118)),
    "rain": ((98, 116, 138), (168, 182, 194)),
    "fog": ((196, 206, 212), (226, 230, 230)),
}
TINTS: dict[str, tuple[Rgb, float]] = {
    "day": ((255, 255, 255), 0.0),
    "sunset": ((214, 92, 84), 0.32),
    "night": ((18, 24, 72), 0.6),
    "rain": ((92, 108, 130), 0.42),
    "fog": ((208, 216, 220), 0.42),
}


class Ground:
    """Scenery in the colours of the light."""

    def __init__(self, canvas: Canvas, light: str) -> None:
        self.canvas = canvas
        self.rng = canvas.rng
        self.light = light
        self.tint, self.share = TINTS[light]

    def add(
        self, points: Points | list[tuple[float, float]], colour: Rgb, layer: int, width: float | None = None
    ) -> None:
        self.canvas.add(points, blend(colour, self.tint, self.share), layer, width)

    def hills(self, y: float, swing: float, colour: Rgb, layer: int, n: int = 5) -> None:
        x = np.linspace(-0.15, 1.15, n)
        crest = smooth(np.stack([x, y + self.rng.uniform(-swing, swing, n)], 1), closed=False)
        self.add(np.concatenate([crest, [[1.2, 1.1], [-0.2, 1.1]]]), colour, layer)

    def band(self, y0: float, y1: float, colour: Rgb, layer: int) -> None:
        self.add([(-0.05, y0), (1.05, y0), (1.05, y1), (-0.05, y1)], colour, layer)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Rgb, layer: int) -> None:
        self.add(oval_points(x, y, rx, ry, n=20), colour, layer)

    def cloud(self, x: float, y: float, r: float, colour: Rgb, layer: int) -> None:
        for dx, dy, k in ((-1.1, 0.15, 0.6), (0, -0.1, 0.9), (1.1, 0.15, 0.65), (0, 0.25, 0.75)):
            self.oval(x + dx * r, y + dy * r, r * k * 1.3, r * k * 0.75, colour, layer)


def _clouds(g: Ground, n: int = 3) -> None:
    if g.light == "day":
        for k in range(n):
            g.cloud(
                (k + g.rng.uniform(0.2, 0.8)) / n,
                g.rng.uniform(0.08, 0.3),
                g.rng.uniform(0.04, 0.07),
                (250, 252, 255),
                0,
            )


def _waves(g: Ground, y0: float, y1: float, colour: Rgb, layer: int) -> None:
    for _ in range(9):
        x, y, w = g.rng.uniform(0, 1), g.rng.uniform(y0, y1), g.rng.uniform(0.04, 0.09)
        g.add(
            smooth([(x - w, y), (x - w / 2, y - 0.008), (x, y), (x + w / 2, y - 0.008), (x + w, y)], closed=False),
            colour,
            layer,
            2.2,
        )


def sea(g: Ground) -> None:
    _clouds(g)
    g.band(0.56, 1.05, (64, 146, 200), 1)
    g.hills(0.7, 0.012, (44, 122, 186), 2, 9)
    g.hills(0.86, 0.015, (32, 100, 166), 3, 8)
    _waves(g, 0.6, 0.97, (176, 220, 240), 3)


def beach(g: Ground) -> None:
    _clouds(g)
    g.band(0.5, 1.05, (72, 168, 208), 1)
    _waves(g, 0.52, 0.62, (190, 230, 242), 1)
    g.hills(0.67, 0.02, (240, 250, 250), 2, 6)
    g.hills(0.69, 0.02, (244, 218, 162), 3, 6)
    for _ in range(5):
        x, y = g.rng.uniform(0, 1), g.rng.uniform(0.78, 0.97)
        g.oval(x, y, 0.018, 0.009, (226, 190, 128), 3)


def _pine(g: Ground, x: float, y: float, h: float, colour: Rgb, layer: int) -> None:
    g.add([(x - 0.012, y), (x + 0.012, y), (x + 0.012, y - h * 0.3), (x - 0.012, y - h * 0.3)], (92, 64, 48), layer)
    for k in range(3):
        base, half = y - h * (0.18 + 0.24 * k), h * (0.3 - 0.075 * k)
        g.add(
            [(x - half, base), (x, base - h * 0.4), (x + half, base)], blend(colour, (255, 255, 220), 0.06 * k), layer
        )


def forest(g: Ground) -> None:
    g.hills(0.5, 0.05, (134, 188, 158), 1)
    for x in np.linspace(0.02, 0.98, 7):
        _pine(g, x + g.rng.uniform(-0.04, 0.04), 0.68, g.rng.uniform(0.34, 0.48), (62, 128, 96), 2)
    g.hills(0.68, 0.02, (96, 158, 88), 3)
    for x in (g.rng.uniform(-0.02, 0.1), g.rng.uniform(0.9, 1.02)):
        _pine(g, x, 0.82, g.rng.uniform(0.6, 0.7), (36, 96, 74), 3)


def field(g: Ground) -> None:
    _clouds(g)
    g.hills(0.56, 0.04, (168, 212, 126), 1)
    g.hills(0.64, 0.035, (136, 194, 98), 2)
    g.hills(0.74, 0.025, (108, 174, 82), 3)
    for _ in range(12):
        x, y = g.rng.uniform(0, 1), g.rng.uniform(0.8, 0.98)
        g.add([(x - 0.012, y), (x, y - 0.03), (x + 0.012, y)], (82, 146, 66), 3)


def city(g: Ground) -> None:
    for layer, base, colour in ((1, 0.6, (172, 184, 208)), (2, 0.66, (126, 136, 172))):
        x = -0.05 - g.rng.uniform(0, 0.06)
        while x < 1:
            w, h = g.rng.uniform(0.11, 0.18), g.rng.uniform(0.16, 0.34)
            g.add([(x, 0.76), (x + w, 0.76), (x + w, base - h), (x, base - h)], colour, layer)
            if layer == 2:
                _windows(g, x, w, base - h)
            x += w + 0.012
    g.band(0.73, 1.05, (104, 106, 122), 3)
    g.band(0.73, 0.755, (196, 194, 190), 3)
    for x in np.arange(g.rng.uniform(-0.1, 0.05), 1, 0.22):
        g.add([(x, 0.92), (x + 0.12, 0.92), (x + 0.12, 0.94), (x, 0.94)], (236, 224, 170), 3)


def _windows(g: Ground, x: float, w: float, top: float) -> None:
    lit = (255, 226, 132) if g.light in ("night", "sunset", "rain") else (216, 232, 244)
    for wy in np.arange(top + 0.04, 0.7, 0.075):
        for wx in (x + w * 0.2, x + w * 0.6):
            if g.rng.random() < 0.75:
                g.canvas.add([(wx, wy), (wx + w * 0.2, wy), (wx + w * 0.2, wy + 0.035), (wx, wy + 0.035)], lit, 2)


def desert(g: Ground) -> None:
    if g.light == "day":
        g.oval(g.rng.uniform(0.1, 0.9), 0.16, 0.075, 0.075, (255, 236, 150), 0)
    g.add([(0.0, 0.62), (0.03, 0.44), (0.2, 0.44), (0.24, 0.62)], (206, 132, 98), 1)
    g.add([(0.72, 0.62), (0.76, 0.48), (0.98, 0.48), (1.05, 0.62)], (206, 132, 98), 1)
    g.hills(0.62, 0.03, (240, 196, 126), 2)
    g.hills(0.75, 0.04, (228, 172, 100), 3, 4)


def _snowy_pine(g: Ground, x: float, y: float, h: float, layer: int) -> None:
    _pine(g, x, y, h, (46, 92, 96), layer)
    for k in range(3):
        top, half = y - h * (0.58 + 0.24 * k), h * (0.13 - 0.03 * k)
        g.add([(x - half, top + h * 0.17), (x, top), (x + half, top + h * 0.17)], (248, 251, 255), layer)


def snow(g: Ground) -> None:
    g.hills(0.5, 0.05, (186, 208, 236), 1)
    for x in g.rng.uniform(0.0, 1.0, 4):
        _pine(g, x, 0.66, g.rng.uniform(0.24, 0.34), (88, 132, 146), 2)
    g.hills(0.66, 0.03, (222, 234, 250), 2)
    g.hills(0.76, 0.02, (248, 251, 255), 3)
    for x in (g.rng.uniform(0.0, 0.1), g.rng.uniform(0.9, 1.0)):
        _snowy_pine(g, x, 0.84, g.rng.uniform(0.5, 0.6), 3)
    for x, y in g.rng.uniform(0, 1, (26, 2)):
        g.canvas.add(oval_points(x, y, 0.008, 0.008, n=8), (255, 255, 255), 3)


def mountains(g: Ground) -> None:
    _clouds(g, 2)
    for layer, base, high, colour in ((1, 0.7, 0.2, (150, 170, 202)), (2, 0.72, 0.34, (108, 130, 168))):
        for x in np.linspace(0.0, 1.0, 3) + g.rng.uniform(-0.12, 0.12, 3):
            top, half = high + g.rng.uniform(-0.05, 0.06), 0.34
            g.add([(x - half, base), (x, top), (x + half, base)], colour, layer)
            k = 0.3
            g.add(
                [
                    (x - half * k, top + (base - top) * k),
                    (x, top),
                    (x + half * k, top + (base - top) * k),
                    (x + 0.03, top + (base - top) * 0.2),
                    (x - 0.03, top + (base - top) * 0.27),
                ],
                (244, 248, 255),
                layer,
            )
    g.hills(0.7, 0.025, (122, 168, 110), 3)


def space(g: Ground) -> None:
    g.canvas.sky = ((16, 12, 44), (58, 36, 98))
    g.canvas.dark = True
    _stars(g, 44, 1.0)
    x, y, r = g.rng.choice([0.14, 0.86]), g.rng.uniform(0.14, 0.26), g.rng.uniform(0.08, 0.12)
    g.oval(x, y, r, r, (232, 150, 106), 1)
    g.add(oval_points(x, y, r * 1.7, r * 0.36, -0.35), (246, 214, 160), 1, 3.0)
    g.oval(1 - x, 0.86, 0.07, 0.07, (96, 164, 196), 1)
    g.oval(1 - x - 0.02, 0.85, 0.025, 0.02, (130, 200, 170), 1)


def underwater(g: Ground) -> None:
    g.canvas.sky = ((72, 190, 214), (16, 84, 148))
    for x in (0.15, 0.45, 0.75):
        g.add([(x, -0.05), (x + 0.1, -0.05), (x + 0.02, 0.8), (x - 0.14, 0.8)], (88, 188, 212), 0)
    g.hills(0.8, 0.04, (44, 122, 160), 1)
    g.hills(0.86, 0.02, (224, 204, 154), 3)
    for x in (*g.rng.uniform(0.02, 0.2, 2), *g.rng.uniform(0.8, 0.98, 2)):
        h, s = g.rng.uniform(0.2, 0.36), g.rng.choice([-1, 1])
        g.add(
            smooth(
                [(x, 0.92), (x + s * 0.03, 0.92 - h / 3), (x - s * 0.03, 0.92 - h * 0.66), (x, 0.92 - h)], closed=False
            ),
            (52, 156, 118),
            3,
            7.0,
        )
    for x, y in g.rng.uniform(0.05, 0.75, (8, 2)):
        g.add(oval_points(x, y, 0.013, 0.013, n=14), (206, 240, 248), 3, 1.8)


def garden(g: Ground) -> None:
    _clouds(g)
    g.hills(0.47, 0.05, (74, 138, 96), 1, 8)
    for x in np.arange(0.0, 1.02, 0.1):
        g.add([(x - 0.03, 0.74), (x - 0.03, 0.54), (x, 0.5), (x + 0.03, 0.54), (x + 0.03, 0.74)], (246, 242, 232), 2)
    g.band(0.6, 0.63, (232, 226, 214), 2)
    g.hills(0.7, 0.012, (124, 190, 92), 3, 8)
    petals: tuple[Rgb, ...] = ((242, 110, 150), (250, 204, 70), (170, 110, 214), (240, 96, 84))
    for k, x in enumerate(np.linspace(0.04, 0.96, 9)):
        y = g.rng.uniform(0.74, 0.82) if k % 2 else g.rng.uniform(0.9, 0.96)
        g.add([(x, y), (x, y + 0.05)], (70, 140, 66), 3, 2.5)
        g.oval(x, y, 0.032, 0.032, petals[k % 4], 3)
        g.oval(x, y, 0.012, 0.012, (255, 240, 180), 3)


def sky(g: Ground) -> None:
    """High up it is blue in every weather: in fog and rain nothing else tells clouds from snow."""
    high: tuple[Rgb, Rgb] = ((30, 44, 108), (66, 92, 160)) if g.light == "night" else ((46, 124, 214), (132, 198, 244))
    top, bottom = (blend(a, b, 0.2 if g.light == "sunset" else 0.62) for a, b in zip(g.canvas.sky, high, strict=True))
    g.canvas.sky = (top, bottom)
    for layer, y in ((0, 0.2), (1, 0.5), (2, 0.74)):
        for x in g.rng.uniform(0, 1, 2):
            shade = blend((255, 255, 255), (196, 220, 240), 0.5 - 0.25 * layer)
            g.cloud(x, y + g.rng.uniform(-0.06, 0.06), 0.05 + 0.03 * layer, shade, layer)
    for x in (g.rng.uniform(0.05, 0.2), g.rng.uniform(0.8, 0.95)):
        g.cloud(x, 0.92, 0.13, (252, 253, 255), 3)
    for x, y in ((0.12, 0.36), (0.84, 0.3), (0.9, 0.38)):
        _bird(g, x + g.rng.uniform(-0.03, 0.03), y, 0.045)


def _bird(g: Ground, x: float, y: float, w: float) -> None:
    wings = [
        (x - w, y - w * 0.5),
        (x - w * 0.4, y - w * 0.55),
        (x, y),
        (x + w * 0.4, y - w * 0.55),
        (x + w, y - w * 0.5),
    ]
    g.add(smooth(wings, closed=False), (54, 62, 92), 1, 2.4)


def _stars(g: Ground, n: int, depth: float) -> None:
    for x, y, r in zip(g.rng.uniform(0, 1, n), g.rng.uniform(0, depth, n), g.rng.uniform(0.003, 0.008, n), strict=True):
        g.canvas.add([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], (255, 246, 210), 0)


def _heavens(g: Ground) -> None:
    c = g.canvas
    if g.light == "sunset":
        c.glow_at = (g.rng.uniform(0.2, 0.8), 0.5)
        c.add(oval_points(*c.glow_at, 0.11, 0.11 * c.width / c.height), (255, 226, 130), 0)
    elif g.light == "night":
        _stars(g, 30, 0.55)
        x = g.rng.choice([0.14, 0.86])
        c.add(oval_points(x, 0.15, 0.07, 0.07 * c.width / c.height), (252, 244, 206), 0)
        c.glow_at = (x, 0.15)
    elif g.light == "rain":
        for x in (0.12, 0.5, 0.88):
            g.cloud(x + g.rng.uniform(-0.08, 0.08), 0.06, 0.11, (128, 138, 152), 0)


def weather(canvas: Canvas, light: str) -> None:
    """What falls in front of the stage and behind those who stand on it: their faces stay clear."""
    if light == "rain":
        # Always the same drops: nobody tells one rain from another, and a model need not guess them.
        for x, y in np.random.default_rng(8).uniform(-0.02, 1.0, (36, 2)):
            canvas.add([(x + 0.016, y), (x, y + 0.07)], (206, 222, 238), 4, 2.0)


PLACES: dict[str, Callable[[Ground], None]] = {
    place.__name__: place
    for place in (sea, beach, forest, field, city, desert, snow, mountains, space, underwater, garden, sky)
}


def set_stage(canvas: Canvas, place: str, light: str) -> None:
    canvas.sky = SKIES[light]
    canvas.dark = light == "night"
    ground = Ground(canvas, light)
    if place not in ("space", "underwater"):
        _heavens(ground)
    PLACES[place](ground)
    if light == "fog":
        for y in (0.42, 0.6):
            canvas.add(
                smooth(
                    [
                        (-0.1, y),
                        (0.3, y - 0.02),
                        (0.7, y + 0.02),
                        (1.1, y),
                        (1.1, y + 0.06),
                        (0.6, y + 0.08),
                        (0.2, y + 0.05),
                        (-0.1, y + 0.07),
                    ]
                ),
                (222, 227, 229),
                3,
            )
