"""Draws a picture's scene: sky, weather, hills, and where the ponies stand in it."""

import math
from dataclasses import dataclass
from random import Random

from bot.demo.pictures_pony import pony_shapes
from bot.demo.pictures_shapes import (
    Colour,
    Shape,
    colour,
    darker,
    ellipse,
    lighter,
    mixed,
)
from bot.demo.pictures_sky import sky
from bot.demo.world_cast import BY_NAME, PONIES, SCENES

_HORIZON = 66.0
_GROUND = 92.0
#: Where a pony's own units have its middle and its hooves.
_MIDDLE, _TALL = 46.0, 100.0

#: Sky at the top and at the horizon, far hills, near ground.
_PALETTES: dict[str, tuple[str, str, str, str]] = {
    "meadow": ("#6fc3f2", "#e3f6ff", "#9fd39a", "#79c267"),
    "sunset": ("#5b4a9e", "#ffb37a", "#8a5a94", "#5d4a7d"),
    "night": ("#141a46", "#45549c", "#2c3a70", "#22305c"),
    "cloud": ("#7fb8f0", "#f6fbff", "#cfe5fb", "#f4f9ff"),
    "rainbow": ("#7cc7f4", "#fdf3ff", "#a5dbb2", "#86cc8b"),
    "snow": ("#a9c3e6", "#f3f0fb", "#d5e0f2", "#f7fafe"),
    "autumn": ("#8fc1dd", "#fdebc8", "#d99a55", "#c77f3f"),
    "flower field": ("#86d0ef", "#fff1f4", "#a8d98f", "#84c878"),
    "beach": ("#5fc4ee", "#dff7fb", "#4fb8d3", "#f4dfae"),
    "sunrise": ("#7a8fdc", "#ffd9b8", "#a48fb8", "#8fb48a"),
    "aurora borealis": ("#0f1b3f", "#2f5f7f", "#24456a", "#e2ecf7"),
    "simple background": ("#f7d6e6", "#d6e4fb", "#e6d3f0", "#eadcf4"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A sky that goes from one colour to another, and shapes over it, in units of 1 = width."""

    sky: tuple[Colour, Colour]
    shapes: tuple[Shape, ...]


def scene(seed: int, tags: tuple[str, ...], aspect: float, moment: float = 0.0) -> Scene:
    """Return what the picture of `seed` shows; `moment` (0 to 1) is the time in a loop.

    Points are in units of which 100 are the picture's height; `aspect` is width by height.
    """
    rng = Random(f"scene {seed}")  # noqa: S311 (a picture, not a secret)
    named = next((name for name in SCENES if name in tags), None)
    kind = named if named is not None else rng.choice(list(SCENES))
    top, low, far, near = (colour(text) for text in _PALETTES[kind])
    width = 100 * aspect
    shapes = sky(kind, low, top, width, rng, moment)
    if kind == "beach":
        shapes.append(
            Shape(((0, _HORIZON - 6), (width, _HORIZON - 6), (width, 100), (0, 100)), far)
        )
        shapes += _glints(width, rng)
        shapes.append(_hill(width, rng, _HORIZON + 12, 2.0, near))
    else:
        shapes.append(_hill(width, rng, _HORIZON - 8, 7, mixed(far, low, 0.45)))
        shapes.append(_hill(width, rng, _HORIZON, 5, far))
        if kind in ("autumn", "snow", "night", "sunset"):
            shapes += _trees(kind, width, rng, far)
        shapes.append(_hill(width, rng, _HORIZON + 10, 3, near))
    shapes += _ground(kind, width, rng, near)
    shapes += _cast(tags, width, rng, near, moment)
    shapes += _weather(kind, width, rng, moment)
    return Scene((top, low), tuple(shapes))


def _hill(width: float, rng: Random, level: float, swing: float, fill: Colour) -> Shape:
    phase, waves = rng.uniform(0, math.tau), rng.uniform(0.7, 1.7)
    steps = 40
    edge = tuple(
        (
            width * k / steps,
            level
            + swing * math.sin(phase + waves * math.tau * k / steps)
            + swing * 0.3 * math.sin(2.3 * phase + 2.7 * waves * math.tau * k / steps),
        )
        for k in range(steps + 1)
    )
    return Shape((*edge, (width, 101), (0, 101)), fill)


def _glints(width: float, rng: Random) -> list[Shape]:
    return [
        Shape(((x, y), (x + rng.uniform(3, 9), y)), colour("#ffffff", 120), 0.5)
        for x, y in ((rng.uniform(0, width), rng.uniform(62, 76)) for _ in range(26))
    ]


def _trees(kind: str, width: float, rng: Random, far: Colour) -> list[Shape]:
    shapes = []
    for _ in range(9):
        x, y, size = rng.uniform(0, width), rng.uniform(62, 72), rng.uniform(5, 10)
        if kind == "autumn":
            tint = colour(rng.choice(("#d9632f", "#e8963a", "#c8482f", "#e9b949")))
            shapes.append(Shape(((x, y), (x, y + size)), colour("#7a5238"), 1.3))
            shapes += [
                Shape(ellipse(x + dx, y + dy, size * 0.55), tint)
                for dx, dy in ((0, -3), (-3, 0), (3, 0))
            ]
            continue
        tint = darker(far, 0.3)
        for step in range(3):
            top = y - size + step * size * 0.42
            half = size * (0.28 + step * 0.1)
            shapes.append(
                Shape(
                    (
                        (x, top - size * 0.3),
                        (x + half, top + size * 0.45),
                        (x - half, top + size * 0.45),
                    ),
                    tint,
                )
            )
            if kind == "snow":
                shapes.append(
                    Shape(
                        (
                            (x, top - size * 0.3),
                            (x + half / 2, top + 0.6),
                            (x - half / 2, top + 0.6),
                        ),
                        colour("#ffffff", 220),
                    )
                )
    return shapes


def _ground(kind: str, width: float, rng: Random, near: Colour) -> list[Shape]:
    shapes: list[Shape] = []
    if kind in ("meadow", "rainbow", "sunrise", "flower field", "sunset", "night"):
        blade = darker(near, 0.18)
        for _ in range(46):
            x, y = rng.uniform(0, width), rng.uniform(80, 100)
            shapes.append(
                Shape(((x, y), (x + rng.uniform(-1.2, 1.2), y - rng.uniform(1.5, 3.5))), blade, 0.5)
            )
    if kind in ("meadow", "flower field", "rainbow"):
        for _ in range(44 if kind == "flower field" else 14):
            shapes += _flower(rng.uniform(0, width), rng.uniform(78, 99), rng)
    if kind in ("cloud", "snow", "aurora borealis"):
        for _ in range(12):
            x, y, size = rng.uniform(0, width), rng.uniform(82, 100), rng.uniform(4, 12)
            shapes.append(Shape(ellipse(x, y, size, size * 0.3), (*lighter(near, 0.5)[:3], 150)))
    return shapes


def _flower(x: float, y: float, rng: Random) -> list[Shape]:
    tint = colour(rng.choice(("#f48fb1", "#ffffff", "#f6d55c", "#b39ddb", "#ef6f6c", "#81b9f0")))
    size = rng.uniform(0.7, 1.3) * (y / 90)
    stem = Shape(((x, y), (x, y + size * 3.4)), colour("#4f9a4a"), 0.5)
    turns = [math.tau * k / 5 for k in range(5)]
    petals = [
        Shape(ellipse(x + size * math.cos(t), y + size * math.sin(t), size * 0.75, sides=10), tint)
        for t in turns
    ]
    return [stem, *petals, Shape(ellipse(x, y, size * 0.6, sides=10), colour("#f2b632"))]


def _weather(kind: str, width: float, rng: Random, moment: float) -> list[Shape]:
    if kind == "snow":
        return [
            Shape(
                ellipse(
                    rng.uniform(0, width),
                    (rng.uniform(0, 100) + 100 * moment) % 100,
                    rng.uniform(0.3, 0.9),
                    sides=10,
                ),
                (255, 255, 255, 225),
            )
            for _ in range(70)
        ]
    if kind == "autumn":
        tints = ("#e8963a", "#d9632f", "#e9b949")
        return [
            Shape(
                ellipse(
                    rng.uniform(0, width), (rng.uniform(0, 95) + 95 * moment) % 95, 1.2, 0.7, 10
                ),
                colour(rng.choice(tints)),
            )
            for _ in range(22)
        ]
    return []


def _cast(
    tags: tuple[str, ...], width: float, rng: Random, near: Colour, moment: float
) -> list[Shape]:
    """Return the ponies that the tags name, one or two of them, on their shadows."""
    ponies = [BY_NAME[tag] for tag in tags if tag in BY_NAME][:2]
    if not ponies:
        ponies = [rng.choice(PONIES)]
    pose = next((tag for tag in ("trotting", "raised hoof") if tag in tags), "standing")
    shut = "eyes closed" in tags
    scale = min(0.74, 0.0088 * width / (1.9 if len(ponies) > 1 else 1))
    turned = rng.random() < 0.5  # noqa: PLR2004 (either way)
    shapes = []
    middle = width / 2 + rng.uniform(-0.05, 0.05) * width
    for number, pony in enumerate(ponies):
        left = turned if len(ponies) == 1 else number == 1
        offset = 0.0 if len(ponies) == 1 else (-1 if number == 0 else 1) * 50 * scale
        bob = -1.6 * abs(math.sin(math.tau * (moment + number / 4)))
        shapes.append(
            Shape(
                ellipse(middle + offset, _GROUND, 34 * scale, 3.2 * scale),
                (*darker(near, 0.5)[:3], 90),
            )
        )
        blink = shut or 0.45 < moment < 0.55  # noqa: PLR2004 (a blink in the middle of the loop)
        side = -1 if left else 1
        x = middle + offset - side * _MIDDLE * scale
        y = _GROUND + (bob - _TALL) * scale
        pieces = pony_shapes(pony, pose, shut=blink)
        shapes += [shape.moved(x, y, scale, side) for shape in pieces]
    return shapes
