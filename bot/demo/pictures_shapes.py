"""The few shapes that pictures are made of: smooth outlines, circles, lines, in any units."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[int, int, int, int]

_STEPS = 7
_HEX = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon, or an open line where `width` is given (in the units of the points)."""

    points: tuple[Point, ...]
    colour: Colour
    width: float = 0.0

    def moved(self, x: float, y: float, scale: float, side: int = 1) -> "Shape":
        """Return the shape `scale` times as large with its origin at (x, y).

        `side` is -1 to mirror it.
        """
        across = side * scale
        points = tuple([(x + across * px, y + scale * py) for px, py in self.points])
        return Shape(points, self.colour, self.width * scale)


def colour(text: str, alpha: int = 255) -> Colour:
    """Read `#rrggbb`."""
    digits = text.lstrip("#")
    if len(digits) != _HEX:
        raise ValueError(text)
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16), alpha)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour between two; `share` of the way to the other."""
    red, green, blue, alpha = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue, alpha)


def darker(one: Colour, share: float = 0.3) -> Colour:
    """Return the colour towards a deep violet, which is kinder to pastels than black."""
    return mixed(one, (38, 22, 60, one[3]), share)


def lighter(one: Colour, share: float = 0.3) -> Colour:
    """Return the colour towards white."""
    return mixed(one, (255, 255, 255, one[3]), share)


def smooth(points: Sequence[Point], *, closed: bool = True) -> tuple[Point, ...]:
    """Return the Catmull-Rom curve through `points`."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            p0, p1, p2, p3 = (points[(index + k) % count] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(max(index + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        for step in range(_STEPS):
            t = step / _STEPS
            curve.append(
                (_blend(p0[0], p1[0], p2[0], p3[0], t), _blend(p0[1], p1[1], p2[1], p3[1], t))
            )
    if not closed:
        curve.append(points[-1])
    return tuple(curve)


def _blend(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def ellipse(
    x: float, y: float, rx: float, ry: float | None = None, sides: int = 28
) -> tuple[Point, ...]:
    """Return an ellipse as a polygon; a circle without `ry`."""
    tall = rx if ry is None else ry
    return tuple(
        (x + rx * math.cos(math.tau * k / sides), y + tall * math.sin(math.tau * k / sides))
        for k in range(sides)
    )


def star(
    x: float, y: float, size: float, points: int = 5, waist: float = 0.42
) -> tuple[Point, ...]:
    """Return a star with one point up."""
    return tuple(
        (
            x + size * (waist if k % 2 else 1) * math.sin(math.pi * k / points),
            y - size * (waist if k % 2 else 1) * math.cos(math.pi * k / points),
        )
        for k in range(2 * points)
    )


def shrunk(points: Iterable[Point], towards: Point, share: float) -> tuple[Point, ...]:
    """Return the points drawn together towards one."""
    return tuple(
        (towards[0] + (x - towards[0]) * share, towards[1] + (y - towards[1]) * share)
        for x, y in points
    )


def grown(points: Sequence[Point], distance: float) -> tuple[Point, ...]:
    """Return the closed outline moved outwards: what is left round it is its contour line."""
    count = len(points)
    turns = sum(
        points[k - 1][0] * points[k][1] - points[k][0] * points[k - 1][1] for k in range(count)
    )
    side = distance if turns > 0 else -distance
    edge = []
    for k in range(count):
        (ax, ay), (bx, by) = points[k - 1], points[(k + 1) % count]
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy) or 1.0
        edge.append((points[k][0] + side * dy / length, points[k][1] - side * dx / length))
    return tuple(edge)


def arc(x: float, y: float, radius: float, start: float, end: float) -> tuple[Point, ...]:
    """Return part of a circle's edge; angles in turns, clockwise from the right."""
    steps = 24
    return tuple(
        (
            x + radius * math.cos(math.tau * (start + (end - start) * k / steps)),
            y + radius * math.sin(math.tau * (start + (end - start) * k / steps)),
        )
        for k in range(steps + 1)
    )
