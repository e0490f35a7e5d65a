"""Draws what hangs in the sky of a picture: sun, moon, stars, clouds, rainbow, northern lights."""

import math
from random import Random

from bot.demo.pictures_shapes import Colour, Shape, arc, colour, darker, ellipse, mixed, star

_RAINBOW = ("#ee4144", "#f37033", "#fdf6af", "#62bc4d", "#1e98d3", "#672f89")


def _cloud(x: float, y: float, size: float, fill: Colour) -> list[Shape]:
    puffs = ((-1.3, 0.25, 0.6), (-0.5, -0.1, 0.85), (0.45, -0.25, 0.95), (1.3, 0.2, 0.65))
    shapes = [Shape(ellipse(x + dx * size, y + dy * size, r * size), fill) for dx, dy, r in puffs]
    base = ((x - 1.7 * size, y + 0.2 * size), (x + 1.8 * size, y + 0.2 * size))
    return [
        *shapes,
        Shape((*base, (x + 1.3 * size, y + 0.84 * size), (x - 1.3 * size, y + 0.84 * size)), fill),
    ]


def _glow(x: float, y: float, radius: float, tint: Colour) -> list[Shape]:
    rings = ((2.6, 22), (2.0, 34), (1.5, 60))
    halo = [Shape(ellipse(x, y, radius * r), (*tint[:3], alpha)) for r, alpha in rings]
    return [*halo, Shape(ellipse(x, y, radius, sides=48), tint)]


def _stars(width: float, rng: Random, moment: float) -> list[Shape]:
    shapes = []
    for number in range(60):
        x, y, size = rng.uniform(0, width), rng.uniform(0, 58), rng.uniform(0.15, 0.5)
        glow = 150 + round(100 * math.sin(math.tau * (moment + number / 7)))
        tint = (255, 255, 240, min(255, max(70, glow)))
        shapes.append(
            Shape(
                star(x, y, size * 3, 4, 0.25) if number % 9 == 0 else ellipse(x, y, size, sides=8),
                tint,
            )
        )
    return shapes


def sky(
    kind: str, low: Colour, top: Colour, width: float, rng: Random, moment: float
) -> list[Shape]:
    """Return what hangs over a scene of that kind, between its two sky colours."""
    x, y = width * rng.uniform(0.14, 0.3), rng.uniform(14, 24)
    white = mixed(low, colour("#ffffff"), 0.75)
    drift = 2.0 * math.sin(math.tau * moment)
    match kind:
        case "night" | "aurora borealis":
            shapes = _stars(width, rng, moment)
            if kind == "aurora borealis":
                return shapes + _aurora(width, rng, moment)
            moon = colour("#f6f1d8")
            return [
                *shapes,
                *_glow(x, y, 9, moon),
                Shape(ellipse(x - 2.5, y - 2, 1.8), darker(moon, 0.08)),
                Shape(ellipse(x + 3, y + 2.5, 1.3), darker(moon, 0.08)),
            ]
        case "sunset" | "sunrise":
            shapes = _glow(width * rng.uniform(0.2, 0.8), 52, 11, colour("#ffe6a0"))
            for _ in range(3):
                shapes += _cloud(
                    rng.uniform(0, width) + drift,
                    rng.uniform(10, 34),
                    rng.uniform(3, 6),
                    mixed(top, colour("#ffd0c0"), 0.55),
                )
            return shapes
        case "rainbow":
            shapes = []
            for number, band in enumerate(_RAINBOW):
                radius = 58 - number * 3.2
                outer = arc(width * 0.5, 76, radius, 0.5, 1.0)
                inner = arc(width * 0.5, 76, radius - 3.3, 1.0, 0.5)
                shapes.append(Shape((*outer, *inner), colour(band, 175)))
            return (
                shapes
                + _cloud(width * 0.5 - 56 + drift, 66, 7, white)
                + _cloud(width * 0.5 + 54 - drift, 67, 6, white)
            )
        case "simple background":
            tints = ("#ffffff", "#f4a9c8", "#a9c8f4", "#c8a9f4")
            return [
                Shape(
                    ellipse(rng.uniform(0, width), rng.uniform(0, 90), rng.uniform(3, 16)),
                    colour(rng.choice(tints), 46),
                )
                for _ in range(14)
            ]
        case _:
            shapes = [] if kind in ("snow", "cloud") else _glow(x, y, 7, colour("#fff4c2"))
            for _ in range(7 if kind == "cloud" else 3):
                shapes += _cloud(
                    rng.uniform(0, width) + drift, rng.uniform(8, 46), rng.uniform(3, 8), white
                )
            return shapes


def _aurora(width: float, rng: Random, moment: float) -> list[Shape]:
    shapes = []
    for tint in ("#5fe0b0", "#6fb8f0", "#b07fe8"):
        level, phase = rng.uniform(14, 30), rng.uniform(0, math.tau) + math.tau * moment
        edge = [(width * k / 30, level + 6 * math.sin(phase + k / 4)) for k in range(31)]
        for height in (7, 13, 20):
            below = [(px, py + height) for px, py in reversed(edge)]
            shapes.append(Shape((*edge, *below), colour(tint, 46)))
    return shapes
