"""Something to see at once: a BlurHash that any of its decoders understands, worked out in the cage."""

from math import cos, pi

from PIL import Image

from accounts.models import User
from media.inspection import placeholder
from media.inspection.placeholder import look_of
from media.intake import keep_output, publish_outputs
from media.library import one
from tests.media import samples

LETTERS = placeholder._LETTERS


def number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 83 + LETTERS.index(letter)
    return value


def shown(hash: str, x: float, y: float) -> tuple[int, ...]:
    """The published decoder, for one point."""
    most = (number(hash[1]) + 1) / 166
    flat = number(hash[2:6])
    waves = [[placeholder._linear(flat >> 16), placeholder._linear(flat >> 8 & 255), placeholder._linear(flat & 255)]]
    for at in range(6, 28, 2):
        value = number(hash[at : at + 2])
        parts = ((value // 361 - 9) / 9, (value // 19 % 19 - 9) / 9, (value % 19 - 9) / 9)
        waves.append([abs(part) * part * most for part in parts])
    weight = [cos(pi * i * x) * cos(pi * j * y) for j in range(3) for i in range(4)]
    return tuple(
        placeholder._display(sum(wave[channel] * by for wave, by in zip(waves, weight, strict=True)))
        for channel in range(3)
    )


def test_it_tells_where_the_colours_are() -> None:
    picture = Image.new("RGB", (200, 100), "blue")
    picture.paste("red", (0, 0, 100, 100))
    look = look_of(picture)
    assert len(look["placeholder"]) == 28
    left, right = shown(look["placeholder"], 0.1, 0.5), shown(look["placeholder"], 0.9, 0.5)
    assert left[0] > left[2] + 100
    assert right[2] > right[0] + 100


def test_a_plain_picture_is_plain() -> None:
    look = look_of(Image.new("RGB", (40, 30), (30, 120, 200)))
    assert all(abs(a - b) < 12 for a, b in zip(shown(look["placeholder"], 0.3, 0.7), (30, 120, 200), strict=True))
    assert look["colour"] == "#1e78c8"


def test_an_upload_a_film_and_an_output_have_one(alice: User) -> None:
    made = keep_output(alice, "job:1", samples.encoded("PNG"), mime="image/png", recipe={}, attempt_token="t")
    film = keep_output(alice, "job:1", samples.film(), mime="video/mp4", recipe={}, attempt_token="t")
    publish_outputs("job:1", "t")
    for asset in (made, film):
        described = one(alice, asset.public_id)
        assert described is not None
        assert len(described["placeholder"]) == 28
