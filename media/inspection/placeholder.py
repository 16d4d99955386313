"""What a page shows before the picture is there: its mean colour, and a BlurHash of 4 × 3 waves in 28 letters."""

from math import cos, pi, sqrt
from typing import TypedDict

from PIL import Image

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_ACROSS, _DOWN = 4, 3
_SIDE = 24
Colour = tuple[float, float, float]


class Look(TypedDict):
    colour: str
    placeholder: str


def look_of(picture: Image.Image) -> Look:
    small = picture.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    mean = small.resize((1, 1), Image.Resampling.BOX).tobytes()
    return {"colour": "#{:02x}{:02x}{:02x}".format(*mean), "placeholder": _blurhash(small.tobytes())}


def _blurhash(pixels: bytes) -> str:
    light = [_linear(value) for value in pixels]
    flat, *waves = [_wave(light, i, j) for j in range(_DOWN) for i in range(_ACROSS)]
    strongest = max(abs(value) for wave in waves for value in wave)
    scale = max(0, min(82, int(strongest * 166 - 0.5)))
    told = [_letters(_ACROSS - 1 + (_DOWN - 1) * 9, 1), _letters(scale, 1), _letters(_flat(flat), 4)]
    return "".join(told + [_letters(_quantised(wave, (scale + 1) / 166), 2) for wave in waves])


def _wave(light: list[float], i: int, j: int) -> Colour:
    rows = [cos(pi * j * y / _SIDE) for y in range(_SIDE)]
    columns = [cos(pi * i * x / _SIDE) for x in range(_SIDE)]
    weights = [row * column for row in rows for column in columns]
    share = (1 if i == j == 0 else 2) / len(weights)
    red, green, blue = (share * sum(map(float.__mul__, weights, light[channel::3])) for channel in range(3))
    return red, green, blue


def _flat(colour: Colour) -> int:
    red, green, blue = map(_display, colour)
    return (red << 16) + (green << 8) + blue


def _quantised(wave: Colour, most: float) -> int:
    red, green, blue = (max(0, min(18, int(_root(value / most) * 9 + 9.5))) for value in wave)
    return (red * 19 + green) * 19 + blue


def _root(value: float) -> float:
    return sqrt(abs(value)) * (1 if value >= 0 else -1)


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _display(light: float) -> int:
    part = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(max(0.0, min(1.0, part)) * 255)


def _letters(number: int, length: int) -> str:
    return "".join(_LETTERS[number // 83 ** (length - 1 - place) % 83] for place in range(length))
