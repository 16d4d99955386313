"""Plants, lights of the sky and the land, each in a frame of x -1..1 and y 0..2."""

import numpy as np

from training.sketch.canvas import Pen


def tree(p: Pen) -> None:
    p.poly("bark", [(-0.17, 0), (0.17, 0), (0.1, 0.9), (-0.1, 0.9)])
    p.line("bark", 0.09, [(0, 0.55), (0.35, 0.95)])
    for x, y, r in ((-0.42, 1.05, 0.42), (0.45, 1.08, 0.42), (0.0, 0.98, 0.4)):
        p.disc("dark", x, y, r)
    for x, y, r in ((-0.25, 1.38, 0.44), (0.3, 1.4, 0.42), (0.02, 1.6, 0.38)):
        p.disc("main", x, y, r)
    p.disc("light", -0.18, 1.58, 0.24)


def flower(p: Pen) -> None:
    p.curve("leaf", 0.09, [(0.05, 0), (-0.04, 0.5), (0, 1.2)])
    for s in (-1, 1):
        p.blob("leaf", [(0, 0.25), (s * 0.35, 0.62), (s * 0.6, 0.62), (s * 0.35, 0.32)])
    for k in range(7):
        a = k * 2 * np.pi / 7 + 0.2
        p.oval("main" if k % 2 else "light", np.cos(a) * 0.4, 1.38 + np.sin(a) * 0.4, 0.26, 0.19, a)
    p.disc("gold", 0, 1.38, 0.24)
    p.disc("wood", 0, 1.38, 0.12)


def mushroom(p: Pen) -> None:
    p.blob("paper", [(-0.22, 0), (-0.26, 0.4), (-0.2, 0.95), (0.2, 0.95), (0.26, 0.4), (0.24, 0)])
    p.oval("stone", 0, 0.86, 0.5, 0.1)
    p.blob(
        "main",
        [
            (-0.9, 0.85),
            (-0.78, 1.35),
            (-0.35, 1.72),
            (0.35, 1.72),
            (0.78, 1.35),
            (0.9, 0.85),
            (0.45, 0.78),
            (-0.45, 0.78),
        ],
    )
    for x, y, r in ((-0.45, 1.2, 0.14), (0.02, 1.48, 0.13), (0.4, 1.12, 0.16), (-0.05, 1.02, 0.1)):
        p.disc("pale", x, y, r)


def cactus(p: Pen) -> None:
    p.curve("dark", 0.24, [(-0.1, 0.6), (-0.55, 0.65), (-0.56, 1.2)])
    p.curve("dark", 0.24, [(0.1, 0.8), (0.52, 0.88), (0.54, 1.45)])
    p.blob("main", [(-0.25, 0.0), (-0.26, 1.5), (-0.15, 1.85), (0.15, 1.85), (0.26, 1.5), (0.25, 0.0)])
    for x in (-0.1, 0.1):
        p.line("light", 0.035, [(x, 0.15), (x, 1.65)])
    p.disc("rose", 0.02, 1.88, 0.13)
    p.disc("lamp", 0.02, 1.88, 0.06)


def sun(p: Pen) -> None:
    for k in range(10):
        a = k * 2 * np.pi / 10
        tip, side = np.array([np.cos(a), np.sin(a)]), np.array([-np.sin(a), np.cos(a)]) * 0.15
        p.poly("light", np.add([tip * 0.98, tip * 0.6 + side, tip * 0.6 - side], (0, 1)))
    p.disc("main", 0, 1, 0.58)
    p.disc("light", -0.08, 1.08, 0.4)
    for s in (-1, 1):
        p.disc("ink", s * 0.2, 1.12, 0.09)
        p.disc("rose", s * 0.36, 0.9, 0.1)
    p.curve("ink", 0.075, [(-0.17, 0.88), (0, 0.77), (0.17, 0.88)])


def moon(p: Pen) -> None:
    t = np.linspace(0.42, 2 * np.pi - 0.42, 30)
    outer = np.stack([np.cos(t) * 0.85, np.sin(t) * 0.85 + 1], 1)
    s = np.linspace(2 * np.pi - 0.75, 0.75, 24)
    inner = np.stack([0.42 + np.cos(s) * 0.58, np.sin(s) * 0.56 + 1], 1)
    p.poly("main", np.concatenate([outer, inner]))
    p.disc("dark", -0.55, 1.15, 0.1)
    p.disc("dark", -0.5, 0.72, 0.07)
    p.disc("light", -0.35, 1.48, 0.09)
    p.poly(
        "gold",
        [(0.5 + r * np.sin(k * np.pi / 5), 1.05 + r * np.cos(k * np.pi / 5)) for k, r in enumerate([0.22, 0.09] * 5)],
    )


def star(p: Pen) -> None:
    turn = np.pi / 5
    for colour, size in (("main", 1.0), ("light", 0.62)):
        p.blob(
            colour,
            [
                (0.98 * size * r * np.sin(k * turn), 1 + 0.98 * size * r * np.cos(k * turn))
                for k, r in enumerate([1.0, 0.48] * 5)
            ],
        )
    for s in (-1, 1):
        p.disc("ink", s * 0.19, 1.08, 0.09)
    p.curve("ink", 0.075, [(-0.16, 0.86), (0, 0.77), (0.16, 0.86)])


def cloud(p: Pen) -> None:
    for x, y, r in ((-0.58, 0.8, 0.36), (0.58, 0.78, 0.38), (0, 0.72, 0.36)):
        p.disc("dark", x, y, r)
    for x, y, r in ((-0.28, 1.08, 0.42), (0.25, 1.16, 0.46), (-0.56, 0.86, 0.34), (0.56, 0.86, 0.36), (0, 0.84, 0.36)):
        p.disc("main", x, y, r)
    p.disc("light", 0.18, 1.3, 0.24)
    for s in (-1, 1):
        p.disc("ink", s * 0.16, 0.96, 0.05)
    p.curve("ink", 0.045, [(-0.1, 0.82), (0, 0.77), (0.1, 0.82)])


def mountain(p: Pen) -> None:
    p.poly("dark", [(-0.2, 0), (0.5, 1.25), (1.0, 0)])
    p.poly("main", [(-1.0, 0), (-0.15, 1.8), (0.7, 0)])
    p.poly("dark", [(-0.15, 1.8), (0.7, 0), (0.1, 0), (-0.1, 0.7)])
    p.poly("snow", [(-0.44, 1.18), (-0.15, 1.8), (0.14, 1.18), (0.0, 1.3), (-0.12, 1.12), (-0.28, 1.28)])
    p.poly("snow", [(0.36, 1.0), (0.5, 1.25), (0.61, 0.98), (0.5, 1.06)])


def _heart_points(x: float, y: float, size: float) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    hx = 16 * np.sin(t) ** 3
    hy = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([x + hx / 17 * size, y + hy / 17 * size], 1)


def heart(p: Pen) -> None:
    p.poly("main", _heart_points(0, 1.05, 0.95))
    p.oval("light", -0.42, 1.38, 0.2, 0.14, 0.7)
    p.disc("pale", -0.2, 1.55, 0.07)
