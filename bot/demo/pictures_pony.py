"""Draws one pony from the side, looking right: hooves at y = 100, ears at about y = 0."""

from functools import cache

from bot.demo.pictures_marks import mark
from bot.demo.pictures_shapes import (
    Colour,
    Point,
    Shape,
    arc,
    colour,
    darker,
    ellipse,
    grown,
    lighter,
    shrunk,
    smooth,
)
from bot.demo.world_cast import Pony

_LINE = 1.3

_HEAD: tuple[Point, ...] = (
    (64, 8), (72, 7), (80, 10), (85.5, 17), (87, 24), (88.5, 29), (93, 32.5), (94, 36.5),
    (91, 41), (84, 43.5), (75, 45), (65, 44.5), (56.5, 39), (53, 29), (54.5, 18),
)  # fmt: skip
_NECK: tuple[Point, ...] = (
    (55, 33),
    (64, 38),
    (73, 42),
    (69, 52),
    (67, 62),
    (56, 66),
    (44, 58),
    (50, 46),
)
_BARREL: tuple[Point, ...] = (
    (27, 51), (36, 48.5), (46, 51), (57, 50), (66, 54), (69, 61), (66, 68), (58, 71),
    (47, 70), (38, 72), (29, 72), (23, 67), (22, 58),
)  # fmt: skip
_EAR: tuple[Point, ...] = ((56, 15), (54.5, 6), (57, -2.5), (63, 2), (67, 10), (63, 15))
_EAR_IN: tuple[Point, ...] = ((58, 12), (57.3, 6), (58.6, 1.5), (62, 5), (63.5, 10))

_FRONT: tuple[Point, ...] = (
    (56, 60), (68, 59), (68.5, 70), (67, 80), (67.5, 88), (70, 96), (69, 99.5), (63, 100),
    (57.5, 99.5), (57, 95), (58.5, 86), (57.5, 76), (55, 68),
)  # fmt: skip
_BACK: tuple[Point, ...] = (
    (22, 58), (33, 56), (40, 63), (39, 72), (35, 79), (35.5, 87), (38, 96), (37, 99.5),
    (31, 100), (25.5, 99.5), (25, 95), (26, 87), (24, 79), (20.5, 70),
)  # fmt: skip
_RAISED: tuple[Point, ...] = (
    (57, 60), (68, 58), (74, 64), (80, 69), (85, 75), (83, 80), (77, 81), (75, 76),
    (68, 74), (60, 71),
)  # fmt: skip
_FORTH: tuple[Point, ...] = (
    (57, 60), (68, 58), (73, 67), (79, 75), (85, 82), (89, 86), (87, 91), (82, 93), (79, 89),
    (72, 83), (64, 76), (57, 70),
)  # fmt: skip
_KICK: tuple[Point, ...] = (
    (24, 56), (36, 57), (39, 66), (34, 74), (26, 80), (18, 86), (14, 93), (9, 94), (7, 88),
    (10, 81), (15, 74), (20, 68),
)  # fmt: skip

_FOLDED: tuple[Point, ...] = (
    (58, 50), (50, 46.5), (40, 47.5), (27, 44), (22, 46), (27, 49.5), (22.5, 51), (29, 54),
    (26, 56.5), (35, 58), (45, 61), (55, 58),
)  # fmt: skip
_SPREAD: tuple[Point, ...] = (
    (57, 54), (53, 40), (42, 22), (26, 8), (25, 14), (28, 19), (19, 17), (20, 23), (26, 28),
    (17, 28), (20, 34), (27, 38), (21, 40), (26, 45), (35, 50), (45, 57),
)  # fmt: skip

_MANES: dict[str, tuple[tuple[Point, ...], tuple[Point, ...], tuple[Point, ...]]] = {
    # back of the neck, forelock, tail
    "flowing": (
        ((66, 7), (56, 1), (45, 7), (40, 22), (40, 38), (37, 48), (36, 57), (43, 60), (50, 56),
         (55, 48), (58, 39), (56, 26), (59, 15)),
        ((60, 8), (67, -1), (79, -1), (88, 7), (90, 17), (86, 22), (84, 16), (77, 12.5), (68, 14)),
        ((28, 53), (17, 45), (6, 51), (1, 64), (4, 78), (-3, 92), (8, 97), (18, 88), (17, 75), (21,
            65), (29, 60)),
    ),
    "straight": (
        ((66, 6), (56, 0), (46, 5), (41, 20), (39, 40), (36, 61), (44, 60), (45, 64), (54, 60),
            (57, 42),
         (56, 26), (60, 14)),
        ((59, 8), (66, 0), (78, 0), (87, 8), (89, 20), (84, 17), (82.5, 20), (76, 14), (67, 14)),
        ((28, 53), (19, 48), (9, 52), (5, 66), (3, 92), (9, 90), (12, 95), (20, 90), (20, 72), (29,
            60)),
    ),
    "wild": (
        ((66, 8), (61, -3), (54, -4), (55, 0), (45, 1), (47, 6), (38, 13), (43, 17), (35, 28), (41,
            31),
         (34, 44), (41, 45), (38, 57), (48, 53), (54, 55), (58, 40), (56, 26), (59, 15)),
        ((59, 9), (65, -5), (74, -4), (72, -1), (84, -2), (81, 2), (92, 7), (87, 9), (91, 20), (83,
            15),
         (78, 17), (68, 13)),
        ((28, 53), (20, 44), (9, 44), (11, 49), (-1, 56), (5, 60), (-5, 73), (3, 74), (-3, 88), (7,
            84),
         (10, 95), (18, 82), (19, 70), (29, 60)),
    ),
}  # fmt: skip
_CURLS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((63, 3, 8), (53, 3, 8.5), (45, 11, 8.5), (43, 22, 8), (44, 33, 7.5), (40, 43, 8), (43, 54,
        7.5), (51, 48, 6)),
    ((70, 2, 8), (79, 4, 7), (86, 10, 5.5), (89, 17, 3.6)),
    ((23, 53, 6.5), (13, 51, 8.5), (5, 59, 9), (6, 70, 8.5), (10, 80, 8), (4, 88, 7), (14, 66, 8)),
)  # fmt: skip
_BRAIDS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((60, 7, 10), (50, 15, 9), (47, 27, 8), (45, 38, 7.2), (43.5, 48, 6.4), (42.5, 56.5, 5.4)),
    ((68, 4, 8), (77, 4, 7.5), (84, 9, 6)),
    ((24, 54, 6.5), (15, 54, 7.5), (9, 62, 7.2), (7, 71, 6.6), (6, 79, 5.8)),
)  # fmt: skip
_ANCHORS: tuple[Point, ...] = ((58, 24), (70, 12), (26, 58))


@cache
def _curve(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return smooth(points)


@cache
def _grown(points: tuple[Point, ...]) -> tuple[Point, ...]:
    return grown(points, _LINE)


def _outlined(parts: list[tuple[tuple[Point, ...], Colour]], line: Colour) -> list[Shape]:
    """Return parts as one body: the outline runs round them all and not between them."""
    edges = [Shape(_grown(points), line) for points, _ in parts]
    return edges + [Shape(points, fill) for points, fill in parts]


def _hair(pony: Pony, which: int) -> list[Shape]:
    """Return mane (0), forelock (1) or tail (2)."""
    colours = [colour(text) for text in pony.mane]
    line = darker(colours[0], 0.45)
    if pony.style in ("curly", "braid"):
        return _locks(pony, which, colours, line)
    points = _curve(_MANES[pony.style][which])
    shapes = _outlined([(points, colours[0])], line)
    for number, strand in enumerate(colours[1:], 1):
        share = 1 - number / len(colours) * 0.94
        shapes.append(Shape(shrunk(points, _ANCHORS[which], share), strand))
    if len(colours) == 1:
        shapes.append(Shape(shrunk(points, _ANCHORS[which], 0.55), lighter(colours[0], 0.15)))
    return shapes


def _locks(pony: Pony, which: int, colours: list[Colour], line: Colour) -> list[Shape]:
    circles = (_CURLS if pony.style == "curly" else _BRAIDS)[which]
    parts = [
        (ellipse(x, y, r), colours[number % len(colours)])
        for number, (x, y, r) in enumerate(circles)
    ]
    shapes = _outlined(parts, line)
    for number, (x, y, r) in enumerate(circles):
        shade = darker(colours[number % len(colours)], 0.22)
        shapes.append(Shape(arc(x, y, r * 0.55, 0.05, 0.75), shade, 1.0))
    if pony.style == "braid" and which != 1:
        x, y, r = circles[-1]
        tip = _curve(
            (
                (x - 4, y + r),
                (x - 5, y + r + 9),
                (x, y + r + 7),
                (x + 4, y + r + 10),
                (x + 4, y + r),
            )
        )
        shapes += _outlined([(tip, colours[0])], line)
        shapes += _outlined([(ellipse(x, y + r, 4.4, 2.2), colour("#e84f5a"))], line)
    return shapes


def _legs(pose: str, coat: Colour, line: Colour, *, far: bool) -> list[Shape]:
    front, back = _FRONT, _BACK
    if pose == "trotting":
        front, back = (_FRONT, _KICK) if far else (_FORTH, _BACK)
    elif pose == "raised hoof" and not far:
        front = _RAISED
    shift = (7.0, -1.5) if far else (0.0, 0.0)
    legs = []
    for points in (front, back):
        x = shift[0] if points in (_FRONT, _FORTH, _RAISED) else shift[0] - 1
        moved = tuple((px + x, py + shift[1]) for px, py in points)
        legs.append((_curve(moved), darker(coat, 0.16) if far else coat))
    return _outlined(legs, line)


def _eye(pony: Pony, *, shut: bool) -> list[Shape]:
    ink = colour("#2b1b3d")
    if shut:
        lid = smooth(((71.5, 26), (74, 29.5), (78, 30.5), (82.5, 28)), closed=False)
        lashes = [((72.3, 27.5), (69.3, 29)), ((74, 29.4), (72, 32)), ((76.4, 30.5), (75.4, 33.2))]
        return [Shape(lid, ink, 1.5), *(Shape(line, ink, 1.0) for line in lashes)]
    iris = colour(pony.eyes)
    shapes = [
        Shape(ellipse(77.2, 25, 5.6, 7.8), ink),
        Shape(ellipse(77.4, 25.4, 4.9, 6.9), (255, 255, 255, 255)),
        Shape(ellipse(78.4, 25.8, 4.0, 6.2), darker(iris, 0.25)),
        Shape(ellipse(78.4, 27.6, 3.5, 4.2), lighter(iris, 0.15)),
        Shape(ellipse(78.7, 25.8, 2.4, 4.2), ink),
        Shape(ellipse(76.9, 22.2, 1.7, 2.1), (255, 255, 255, 255)),
        Shape(ellipse(80.0, 29.4, 0.9, 1.1), (255, 255, 255, 220)),
    ]
    lid = smooth(((70.8, 23.5), (72.6, 18.6), (77, 16.6), (82, 19.4)), closed=False)
    lashes = [((71, 22.8), (67.6, 21.4)), ((71.8, 20.4), (68.8, 18)), ((73.2, 18.4), (71, 15.6))]
    return [*shapes, Shape(lid, ink, 1.7), *(Shape(line, ink, 1.1) for line in lashes)]


def _face(pony: Pony, coat: Colour, line: Colour, *, shut: bool) -> list[Shape]:
    blush = (240, 110, 140, 70)
    smile = smooth(((82.5, 37.5), (85, 39.8), (88.5, 39.3), (91, 37)), closed=False)
    return [
        Shape(ellipse(73.5, 35.5, 3.8, 2.4), blush),
        *_eye(pony, shut=shut),
        Shape(ellipse(91.6, 33.6, 0.6, 0.8), line),
        Shape(smile, darker(coat, 0.6), 1.1),
    ]


def _horn(coat: Colour, line: Colour) -> list[Shape]:
    horn = ((76.5, 9.5), (85.5, -15), (83.8, 12))
    shapes = _outlined([(horn, lighter(coat, 0.25))], line)
    for share in (0.25, 0.5, 0.72):
        left = (76.5 + 9 * share, 9.5 - 24.5 * share)
        right = (83.8 + 1.7 * share, 12 - 27 * share)
        shapes.append(Shape((left, right), line, 0.8))
    return shapes


def _wing(coat: Colour, line: Colour, *, spread: bool) -> list[Shape]:
    points = _curve(_SPREAD if spread else _FOLDED)
    shapes = _outlined([(points, lighter(coat, 0.12))], line)
    anchor = (52.0, 52.0)
    shapes.append(Shape(shrunk(points, anchor, 0.6), lighter(coat, 0.3)))
    return shapes


@cache
def pony_shapes(pony: Pony, pose: str, *, shut: bool = False) -> tuple[Shape, ...]:
    """Return `pony` from back to front; `pose` is `standing`, `trotting` or `raised hoof`."""
    coat = colour(pony.coat)
    line = darker(coat, 0.45)
    winged = pony.kind in ("pegasus", "alicorn")
    ear = [*_outlined([(_curve(_EAR), coat)], line), Shape(_curve(_EAR_IN), darker(coat, 0.22))]
    far_ear = _outlined(
        [(_curve(tuple((px + 10, py + 1) for px, py in _EAR)), darker(coat, 0.14))], line
    )
    torso = [(_curve(_BARREL), coat), (_curve(_NECK), coat), (_curve(_HEAD), coat)]
    shapes = [*_legs(pose, coat, line, far=True), *_hair(pony, 2), *far_ear]
    near = _legs(pose, coat, line, far=False)
    half = len(near) // 2
    body = _outlined(torso, line)
    # Outlines of body and near legs first, then all fills: one animal, not a doll of parts.
    shapes += near[:half] + body[: len(torso)] + near[half:] + body[len(torso) :]
    shapes.append(Shape(ellipse(44, 68, 15, 2.6), (*darker(coat, 0.1)[:3], 110)))
    shapes += mark(pony)
    if winged:
        shapes += _wing(coat, line, spread=pose == "trotting")
    shapes += _face(pony, coat, line, shut=shut)
    shapes += _hair(pony, 0)
    shapes += ear
    if pony.kind in ("unicorn", "alicorn"):
        shapes += _horn(coat, line)
    return (*shapes, *_hair(pony, 1))
