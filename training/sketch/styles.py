"""Eight ways to draw the same shapes."""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from training.sketch.canvas import Canvas, Rgb, Shape, blend

Grid = npt.NDArray[np.float32]
Tone = Callable[[Shape], Rgb]
FINE = 2
PAPER: Rgb = (252, 248, 240)


def _coords(shape: Shape) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shape.points * FINE]


def _draw(draw: ImageDraw.ImageDraw, shape: Shape, fill: Rgb | int) -> None:
    if shape.width is None:
        draw.polygon(_coords(shape), fill=fill)
    else:
        draw.line(_coords(shape), fill=fill, width=max(2, round(shape.width * FINE)), joint="curve")


def _blank(canvas: Canvas, top: Rgb, bottom: Rgb, fine: int = FINE) -> Image.Image:
    ramp = Image.fromarray(np.linspace(top, bottom, 64).round().astype(np.uint8)[:, None, :])
    return ramp.resize((canvas.width * fine, canvas.height * fine), Image.Resampling.BILINEAR)


def _filled(canvas: Canvas, tone: Tone, sky: tuple[Rgb, Rgb] | None = None) -> Image.Image:
    image = _blank(canvas, *(sky or canvas.sky))
    draw = ImageDraw.Draw(image)
    for shape in canvas.shapes:
        _draw(draw, shape, tone(shape))
    return image.reduce(FINE)


def _outlines(canvas: Canvas, width: float, backdrop: float) -> Image.Image:
    """The visible edges: each shape hides the lines that it covers."""
    image = Image.new("L", (canvas.width * FINE, canvas.height * FINE))
    draw = ImageDraw.Draw(image)
    for shape in canvas.shapes:
        strength, points = (255, _coords(shape)) if shape.role == "subject" else (round(255 * backdrop), _coords(shape))
        if shape.width is not None:
            draw.line(points, fill=strength, width=max(2, round(min(shape.width, 2 * width) * FINE)), joint="curve")
            continue
        draw.polygon(points, fill=0)
        draw.line([*points, points[0]], fill=strength, width=round(width * FINE), joint="curve")
    return image.reduce(FINE)


def _mask(canvas: Canvas, wanted: Callable[[Shape], bool], covered: Callable[[Shape], bool]) -> Image.Image:
    image = Image.new("L", (canvas.width * FINE, canvas.height * FINE))
    draw = ImageDraw.Draw(image)
    for shape in canvas.shapes:
        if wanted(shape):
            _draw(draw, shape, 255)
        elif covered(shape):
            _draw(draw, shape, 0)
    return image.reduce(FINE)


@cache
def _noise(cells: int, seed: int, tall: int = 0) -> Grid:
    """A soft 512 x 512 field from 0 to 1."""
    field = np.random.default_rng(seed).random((tall or cells, cells), np.float32)
    soft = np.asarray(Image.fromarray(field).resize((512, 512), Image.Resampling.BICUBIC))
    return np.clip((soft - soft.mean()) / (soft.std() * 4) + 0.5, 0, 1).astype(np.float32)


@cache
def _strokes(seed: int) -> Grid:
    """Waxy strokes running down to the left."""
    rows = Image.fromarray((_noise(36, seed, 120) * 255).astype(np.uint8))
    turned = rows.resize((900, 900), Image.Resampling.BICUBIC).rotate(38, Image.Resampling.BILINEAR)
    return np.asarray(turned.crop((194, 194, 706, 706)), np.float32) / 255


def _piece(field: Grid, canvas: Canvas) -> Grid:
    """Always the same grain: nobody sees the difference, and the model need not learn to guess it."""
    return field[: canvas.height, : canvas.width]


def _floats(image: Image.Image) -> Grid:
    return np.asarray(image, np.float32)


def _image(pixels: Grid) -> Image.Image:
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def _lit(canvas: Canvas, pixels: Grid, reach: float = 0.45, warmth: float = 60) -> Grid:
    if canvas.glow_at is None:
        return pixels
    y, x = np.mgrid[0 : canvas.height, 0 : canvas.width].astype(np.float32)
    gx, gy = canvas.glow_at
    away = np.hypot(x / canvas.width - gx, y / canvas.height - gy) / reach
    return pixels + (np.clip(1 - away, 0, 1) ** 2)[..., None] * np.array([1.0, 0.8, 0.5], np.float32) * warmth


def subject_cover(canvas: Canvas) -> Image.Image:
    """Where the subjects of a picture are."""
    return _mask(canvas, lambda s: s.role == "subject", lambda s: False)


def flat(canvas: Canvas) -> Image.Image:
    return _image(_lit(canvas, _floats(_filled(canvas, lambda s: s.colour))))


def _rippled(image: Image.Image, canvas: Canvas, swing: float) -> Grid:
    pixels = _floats(image)
    y, x = np.mgrid[0 : canvas.height, 0 : canvas.width]
    dx, dy = ((_piece(_noise(36, seed), canvas) - 0.5) * swing * 2 for seed in (1, 2))
    return pixels[np.clip(y + dy, 0, canvas.height - 1).astype(int), np.clip(x + dx, 0, canvas.width - 1).astype(int)]


def watercolour(canvas: Canvas) -> Image.Image:
    sky = blend(canvas.sky[0], PAPER, 0.2), blend(canvas.sky[1], PAPER, 0.35)
    wash = _filled(canvas, lambda s: blend(s.colour, PAPER, 0.14 if s.role == "subject" else 0.3), sky)
    pixels = _rippled(wash.filter(ImageFilter.GaussianBlur(0.8)), canvas, 2.2)
    edges = _rippled(_outlines(canvas, 1.4, 0.7).filter(ImageFilter.GaussianBlur(0.9)), canvas, 0.0) / 255
    pigment = 1.0 + (0.5 - _piece(_noise(14, 3), canvas)) * 0.2
    pixels = pixels * pigment[..., None] * (1 - 0.28 * edges)[..., None]
    y, x = np.mgrid[0 : canvas.height, 0 : canvas.width].astype(np.float32)
    rim = np.minimum(np.minimum(x, canvas.width - 1 - x), np.minimum(y, canvas.height - 1 - y))
    cover = np.clip((rim - 14 * _piece(_noise(24, 4), canvas)) / 5, 0, 1)[..., None]
    return _image(pixels * cover + np.array(PAPER, np.float32) * (1 - cover))


def crayon(canvas: Canvas) -> Image.Image:
    base = _rippled(_filled(canvas, lambda s: s.colour), canvas, 2.5)
    lines = _rippled(_outlines(canvas, 2.4, 0.5), canvas, 2.5)[..., None] / 255
    wax = np.clip(0.84 + 0.9 * (_piece(_strokes(5), canvas) - 0.42), 0.66, 1)[..., None]
    # Paper shines through light colours more than through dark ones.
    through = (1 - wax) * (0.3 + 0.7 * base.mean(2, keepdims=True) / 255)
    pixels = base * (1 - through) + np.array(PAPER, np.float32) * through
    return _image(pixels * (1 - lines) + (base * 0.55) * lines)


def ink(canvas: Canvas) -> Image.Image:
    """Bold lines around the subject, thin grey ones on a pale wash around its place."""
    sky = blend(canvas.sky[0], PAPER, 0.62), blend(canvas.sky[1], PAPER, 0.72)
    wash = _filled(canvas, lambda s: blend(s.colour, PAPER, 0.1 if s.role == "subject" else 0.52), sky)
    lines = _floats(_outlines(canvas, 3.2, 0.0))[..., None] / 255
    return _image(_floats(wash) * (1 - lines) + np.array((24, 22, 34), np.float32) * lines)


def pixel(canvas: Canvas) -> Image.Image:
    small = (canvas.width // 8, canvas.height // 8)
    image = _filled(canvas, lambda s: s.colour).resize(small, Image.Resampling.LANCZOS)
    body = subject_cover(canvas).resize(small, Image.Resampling.BOX)
    body = body.point(lambda v: 255 if v > 110 else 0)
    rim = ImageChops.subtract(body.filter(ImageFilter.MaxFilter(3)), body)
    image.paste((34, 28, 52), mask=rim.point(lambda v: round(v * 0.8)))
    return (
        image.quantize(28, Image.Quantize.MEDIANCUT)
        .convert("RGB")
        .resize((canvas.width, canvas.height), Image.Resampling.NEAREST)
    )


def _vivid(colour: Rgb) -> Rgb:
    low, high = min(colour), max(colour)
    if high - low < 28:
        return (238, 240, 255) if low > 200 else (168, 176, 190) if low > 90 else (104, 92, 128)
    r, g, b = (round(255 * ((c - low * 0.75) / (high - low * 0.75)) ** 1.1) for c in colour)
    return (r, g, b)


def neon(canvas: Canvas) -> Image.Image:
    image = _blank(canvas, (12, 8, 32), (30, 12, 48))
    draw = ImageDraw.Draw(image)
    for shape in canvas.shapes:
        tube = _vivid(shape.colour) if shape.role == "subject" else blend(_vivid(shape.colour), (20, 10, 50), 0.42)
        inside = blend((14, 9, 36), tube, 0.26 if shape.role == "subject" else 0.1)
        thick = round((2.6 if shape.role == "subject" else 2.0) * FINE)
        if shape.width is None:
            draw.polygon(_coords(shape), fill=inside)
            draw.line([*_coords(shape), _coords(shape)[0]], fill=tube, width=thick, joint="curve")
        else:
            draw.line(_coords(shape), fill=tube, width=thick, joint="curve")
    sharp = image.reduce(FINE)
    glow = (
        _floats(sharp.filter(ImageFilter.GaussianBlur(6))) * 0.75
        + _floats(sharp.filter(ImageFilter.GaussianBlur(2))) * 0.35
    )
    return _image(_floats(sharp) * 0.9 + glow)


def _moved(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    return mask.transform(mask.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy))


def papercut(canvas: Canvas) -> Image.Image:
    top, bottom = (blend(c, PAPER, 0.15) for c in canvas.sky)
    pixels = _floats(_blank(canvas, top, bottom, 1))
    coloured = _blank(canvas, top, bottom)
    draw = ImageDraw.Draw(coloured)
    for layer in sorted({shape.layer for shape in canvas.shapes}):
        sheet = Image.new("L", coloured.size)
        cut = ImageDraw.Draw(sheet)
        for shape in canvas.shapes:
            if shape.layer == layer and not (shape.role == "backdrop" and layer in (5, 6, 7)):
                _draw(draw, shape, blend(shape.colour, PAPER, 0.1))
                _draw(cut, shape, 255)
        mask = sheet.reduce(FINE)
        shadow = _moved(mask.filter(ImageFilter.GaussianBlur(5)), 4, 7)
        cover = _floats(mask)[..., None] / 255
        pixels = pixels * (1 - 0.6 * _floats(shadow)[..., None] / 255)
        pixels = pixels * (1 - cover) + _floats(coloured.reduce(FINE)) * cover
        rim = ImageChops.subtract(mask, _moved(mask, 2, 2))
        pixels = pixels + _floats(rim)[..., None] * 0.16
    return _image(pixels + (_piece(_noise(180, 6), canvas) - 0.5)[..., None] * 12)


def glow(canvas: Canvas) -> Image.Image:
    navy = (10, 14, 40)
    sky = blend(canvas.sky[0], navy, 0.76), blend(canvas.sky[1], (30, 40, 90), 0.7)
    pixels = _floats(_filled(canvas, lambda s: s.colour if s.role == "subject" else blend(s.colour, navy, 0.56), sky))
    body = _floats(subject_cover(canvas))[..., None] / 255
    light = _image(pixels * body)
    halo = (
        _floats(light.filter(ImageFilter.GaussianBlur(14))) * 0.9
        + _floats(light.filter(ImageFilter.GaussianBlur(4))) * 0.35
    )
    flies = Image.new("L", (canvas.width, canvas.height))
    dots = ImageDraw.Draw(flies)
    for x, y in np.random.default_rng(4).uniform(0.03, 0.97, (12, 2)):
        cx, cy = x * canvas.width, y * canvas.height
        dots.ellipse((cx - 2, cy - 2, cx + 2, cy + 2), fill=255)
    sparks = _floats(flies) + _floats(flies.filter(ImageFilter.GaussianBlur(4))) * 5
    return _image(
        pixels + halo * (1 - body * 0.75) + sparks[..., None] / 255 * np.array([255, 214, 120], np.float32) * (1 - body)
    )


STYLES: dict[str, Callable[[Canvas], Image.Image]] = {
    style.__name__: style for style in (flat, watercolour, crayon, ink, pixel, neon, papercut, glow)
}
