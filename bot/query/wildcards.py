"""Matches wildcard patterns and near spellings as the sites' index does (reference: boards, 2.4).

No regular expressions: the time is at most the pattern's length times the value's.
"""

from collections.abc import Iterable
from functools import lru_cache

#: Stands for `?` in a piece: half of a surrogate pair alone, which no text that was decoded has.
ANY = "\udfff"


@lru_cache(maxsize=65_536)
def pieces(pattern: str) -> tuple[str, ...]:
    """Return what stands between the stars, escapes undone and `?` replaced by a mark."""
    found: list[str] = []
    piece: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            piece.append(pattern[at])
        elif character == "*":
            found.append("".join(piece))
            piece = []
        else:
            piece.append(ANY if character == "?" else character)
        at += 1
    found.append("".join(piece))
    return tuple(found)


def _fits(value: str, piece: str, at: int) -> bool:
    """Tell whether the piece, which has marks, stands in the value at that place."""
    if at < 0 or at + len(piece) > len(value):
        return False
    return all(
        want in (ANY, have) for want, have in zip(piece, value[at : at + len(piece)], strict=True)
    )


def _find(value: str, piece: str, at: int) -> int:
    """Return the first place from `at` on where the piece stands, -1 where there is none."""
    if ANY not in piece:
        return value.find(piece, at)
    return next(
        (start for start in range(at, len(value) - len(piece) + 1) if _fits(value, piece, start)),
        -1,
    )


def matches(pattern: str, value: str) -> bool:
    """Tell whether the whole value has the form of the pattern."""
    first, *rest = pieces(pattern)
    if not rest:
        return len(first) == len(value) and _fits(value, first, 0)
    last = rest.pop()
    if not (value.startswith(first) if ANY not in first else _fits(value, first, 0)):
        return False
    at = len(first)
    for piece in rest:
        at = _find(value, piece, at)
        if at < 0:
            return False
        at += len(piece)
    tail = len(value) - len(last)
    return tail >= at and (value.endswith(last) if ANY not in last else _fits(value, last, tail))


def among(pattern: str, values: Iterable[str]) -> bool:
    """Tell whether any of the values has the form of the pattern."""
    parts = pieces(pattern)
    if ANY not in "".join(parts):
        # The commonest forms, without a call for each value.
        match parts:
            case (start, ""):
                return any(value.startswith(start) for value in values)
            case ("", end):
                return any(value.endswith(end) for value in values)
            case ("", middle, ""):
                return any(middle in value for value in values)
    return any(matches(pattern, value) for value in values)


def near(wanted: str, value: str, distance: int) -> bool:
    """Tell whether `value` is at most `distance` (0 to 2) edits from `wanted`.

    An edit inserts, removes or replaces a character or swaps two neighbours; as in Lucene it
    takes fewer edits than either text has characters (reference: boards, 2.4).
    """
    if wanted == value:
        return True
    limit = min(distance, len(wanted) - 1, len(value) - 1)
    if limit <= 0 or abs(len(wanted) - len(value)) > limit:
        return False
    return _edits(wanted, value, limit) <= limit


def _edits(left: str, right: str, limit: int) -> int:
    """Return the number of edits, or more than `limit` as soon as it is beyond."""
    beyond = limit + 1
    before: list[int] = []
    row = [min(column, beyond) for column in range(len(right) + 1)]
    for index, character in enumerate(left, 1):
        older, before = before, row
        row = [beyond] * (len(right) + 1)
        row[0] = min(index, beyond)
        # Cells further from the diagonal than the limit are beyond it anyway.
        for column in range(max(1, index - limit), min(len(right), index + limit) + 1):
            other = right[column - 1]
            cost = before[column - 1] + (character != other)
            if (
                index > 1
                and column > 1
                and character == right[column - 2]
                and left[index - 2] == other
            ):
                cost = min(cost, older[column - 2] + 1)
            row[column] = min(cost, before[column] + 1, row[column - 1] + 1, beyond)
        if min(row) > limit and min(before) > limit:
            return beyond
    return row[-1]
