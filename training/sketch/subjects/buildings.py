"""Buildings, each in a frame of x -1..1 and y 0..2."""

import numpy as np

from training.sketch.canvas import Pen


def _window(p: Pen, x: float, y: float, r: float) -> None:
    p.box("paper", x - r * 1.25, y - r * 1.25, x + r * 1.25, y + r * 1.25)
    p.box("lamp", x - r, y - r, x + r, y + r)


def house(p: Pen) -> None:
    p.box("dark", 0.38, 1.3, 0.6, 1.85)
    p.box("main", -0.75, 0, 0.75, 1.05)
    p.box("light", -0.75, 0, -0.1, 1.05)
    p.poly("deep", [(-0.98, 1.0), (0, 1.85), (0.98, 1.0)])
    p.box("wood", -0.2, 0, 0.16, 0.62)
    p.disc("gold", 0.08, 0.3, 0.045)
    for x in (-0.48, 0.46):
        _window(p, x, 0.62, 0.15)


def castle(p: Pen) -> None:
    p.box("main", -0.62, 0, 0.62, 1.0)
    for x in (-0.5, -0.17, 0.17, 0.5):
        p.box("main", x - 0.11, 1.0, x + 0.11, 1.16)
    p.box("light", -0.2, 0.9, 0.2, 1.45)
    p.poly("deep", [(-0.28, 1.42), (0, 1.92), (0.28, 1.42)])
    for s in (-1, 1):
        p.box("light", s * 0.72 - 0.24, 0, s * 0.72 + 0.24, 1.3)
        p.poly("deep", [(s * 0.72 - 0.31, 1.28), (s * 0.72, 1.82), (s * 0.72 + 0.31, 1.28)])
        p.box("lamp", s * 0.72 - 0.07, 0.78, s * 0.72 + 0.07, 1.02)
    p.poly("rose", [(0, 2.0), (0.26, 1.93), (0, 1.84)])
    p.blob("wood", [(-0.2, 0), (-0.2, 0.35), (0, 0.58), (0.2, 0.35), (0.2, 0)])
    p.disc("lamp", 0, 1.16, 0.08)


def _tower_edge(y: float) -> float:
    return 0.34 - 0.14 * (y - 0.15) / 1.2


def lighthouse(p: Pen) -> None:
    p.poly("lamp", [(0.1, 1.62), (1.0, 1.88), (1.0, 1.4)])
    p.blob("stone", [(-0.6, 0), (-0.45, 0.2), (0, 0.26), (0.45, 0.2), (0.6, 0)])
    for k, colour in enumerate(("main", "paper", "main", "paper", "main")):
        y0, y1 = 0.15 + k * 0.25, 0.15 + (k + 1) * 0.25
        p.poly(colour, [(-_tower_edge(y0), y0), (_tower_edge(y0), y0), (_tower_edge(y1), y1), (-_tower_edge(y1), y1)])
    p.box("ink", -0.3, 1.38, 0.3, 1.46)
    p.box("lamp", -0.17, 1.46, 0.17, 1.74)
    p.blob("deep", [(-0.27, 1.74), (0, 2.02), (0.27, 1.74)])
    p.box("wood", -0.1, 0.15, 0.1, 0.4)


def windmill(p: Pen) -> None:
    p.poly("main", [(-0.45, 0), (0.45, 0), (0.28, 1.2), (-0.28, 1.2)])
    p.poly("light", [(-0.45, 0), (-0.1, 0), (-0.06, 1.2), (-0.28, 1.2)])
    p.blob("deep", [(-0.34, 1.18), (0, 1.62), (0.34, 1.18)])
    p.box("wood", -0.13, 0, 0.13, 0.42)
    p.box("lamp", -0.09, 0.68, 0.09, 0.88)
    start = p.rng.uniform(0.5, 1.1)
    for k in range(4):
        a = start + k * np.pi / 2
        u, v = np.array([np.cos(a), np.sin(a)]), np.array([-np.sin(a), np.cos(a)])
        hub = np.array([0.0, 1.25])
        p.poly("paper", np.array([hub + u * 0.2, hub + u * 0.85, hub + u * 0.85 + v * 0.22, hub + u * 0.2 + v * 0.22]))
        p.line("wood", 0.05, np.array([hub, hub + u * 0.88]))
    p.disc("ink", 0, 1.25, 0.08)


def tent(p: Pen) -> None:
    p.line("wood", 0.06, [(0, 1.4), (0, 1.62)])
    p.poly("rose", [(0, 1.66), (0.26, 1.57), (0, 1.48)])
    p.poly("main", [(-0.95, 0), (0, 1.45), (0.95, 0)])
    p.poly("light", [(-0.95, 0), (0, 1.45), (-0.5, 0)])
    p.poly("deep", [(-0.3, 0), (0, 1.0), (0.3, 0)])
    p.poly("lamp", [(-0.17, 0), (0, 0.62), (0.17, 0)])
