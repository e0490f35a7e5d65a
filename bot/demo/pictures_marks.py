"""Draws the cutie mark of a pony."""

import math

from bot.demo.pictures_shapes import Shape, arc, colour, darker, ellipse, lighter, star
from bot.demo.world_cast import Pony


def mark(pony: Pony) -> list[Shape]:  # noqa: C901, PLR0911, PLR0912 (one picture per mark)
    """Return the mark where it sits on a flank, a little lower under folded wings."""
    x, y, s = 29.5, 64.0 if pony.kind in ("pegasus", "alicorn") else 60.5, 5.0
    main = colour(pony.mark_colour)
    pale, deep = lighter(main, 0.55), darker(main, 0.3)
    match pony.mark:
        case "star":
            small = [
                Shape(star(x + dx, y + dy, 1.6, 6), pale) for dx, dy in ((-5, -4), (5, -3), (4, 5))
            ]
            return [Shape(star(x, y, s, 6), main), *small]
        case "apple":
            leaf = ellipse(x + 1.8, y - 4.4, 2, 0.9)
            return [
                Shape(ellipse(x, y, 4.2, 4), main),
                Shape(leaf, colour("#5fb548")),
                Shape(((x, y - 3), (x + 0.6, y - 5.6)), deep, 0.8),
            ]
        case "balloon":
            return [
                Shape(((x, y + 3), (x + 1, y + 8)), deep, 0.6),
                Shape(ellipse(x, y - 1, 3.4, 4.4), main),
                Shape(ellipse(x - 1, y - 2.6, 0.9, 1.2), pale),
            ]
        case "butterfly":
            wings = [
                ellipse(x + dx, y + dy, 3, r)
                for dx, dy, r in ((-3, -2, 3), (3, -2, 3), (-2.4, 2.6, 2), (2.4, 2.6, 2))
            ]
            return [*(Shape(wing, main) for wing in wings), Shape(ellipse(x, y, 0.8, 4), deep)]
        case "gem":
            gem = ((x, y - s), (x + 3.6, y), (x, y + s), (x - 3.6, y))
            return [Shape(gem, main), Shape(((x, y - s), (x + 3.6, y), (x, y + 0.5)), pale)]
        case "bolt":
            bolt = (
                (x + 2, y - 6),
                (x - 3, y + 1),
                (x, y + 1),
                (x - 2, y + 6.5),
                (x + 4, y - 1),
                (x + 1, y - 1),
            )
            return [Shape(ellipse(x, y - 3, 4.6, 2.6), pale), Shape(bolt, main)]
        case "sun":
            return [Shape(star(x, y, s + 1, 9, 0.6), main), Shape(ellipse(x, y, 3), pale)]
        case "moon":
            moon = (*arc(x, y, s, 0.15, 0.85), *reversed(arc(x + 2.4, y, 3.8, 0.2, 0.8)))
            return [Shape(moon, main)]
        case "note":
            return [
                Shape(ellipse(x - 2, y + 3, 2.2, 1.7), main),
                Shape(((x, y + 3), (x, y - 5), (x + 4, y - 3)), main, 1.2),
            ]
        case "bubble":
            spots = ((-2, -2, 2.8), (2.6, 0.6, 2.4), (-1.4, 3.4, 2))
            return [
                shape
                for dx, dy, r in spots
                for shape in (
                    Shape(ellipse(x + dx, y + dy, r), main),
                    Shape(ellipse(x + dx - 0.6, y + dy - 0.7, r / 3), pale),
                )
            ]
        case "heart":
            turns = [math.tau * k / 30 for k in range(30)]
            heart = tuple(
                (
                    x + 0.3 * 16 * math.sin(t) ** 3,
                    y - 0.3 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t)),
                )
                for t in turns
            )
            return [Shape(heart, main)]
        case "flower":
            petals = [
                ellipse(x + 3 * math.cos(k * math.tau / 5), y + 3 * math.sin(k * math.tau / 5), 2.2)
                for k in range(5)
            ]
            return [
                *(Shape(petal, main) for petal in petals),
                Shape(ellipse(x, y, 1.8), colour("#f6cf4f")),
            ]
        case "letter":
            paper = ((x - 5, y - 3.4), (x + 5, y - 3.4), (x + 5, y + 3.4), (x - 5, y + 3.4))
            return [
                Shape(paper, main),
                Shape(((x - 5, y - 3.4), (x, y + 0.8), (x + 5, y - 3.4)), colour("#d05a4f"), 0.8),
            ]
        case "swirl":
            spiral = tuple(
                (x + r * 0.3 * math.cos(r * 0.62), y + r * 0.3 * math.sin(r * 0.62))
                for r in range(18)
            )
            return [Shape(spiral, main, 1.3)]
