"""The normal form of a tree: one shape, and one digest, for queries that mean the same.

Negations are moved to the leaves, nested groups of one kind are merged, repetitions, neutral
parts and parts that another one makes superfluous are dropped. Each of these steps keeps the
meaning in three-valued logic too. The digest does not depend on the order of the parts.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from bot.query.fields import WHOLE
from bot.query.tree import (
    EVERYTHING,
    NOTHING,
    And,
    Everything,
    Fuzzy,
    Leaf,
    Node,
    Not,
    Nothing,
    Or,
    Range,
    Span,
    Term,
    Wild,
)

_STARS = re.compile(r"(\\.)|\*+", re.DOTALL)
_INT_MIN, _INT_MAX = -2_147_483_648, 2_147_483_647


@dataclass(frozen=True, slots=True)
class Normal:
    """A tree in normal form with its digest; `parts` are those of a conjunction or disjunction."""

    kind: Literal["and", "or", "leaf"]
    node: Node
    digest: bytes
    parts: "tuple[Normal, ...]" = ()


@dataclass(slots=True)
class _Group:
    kind: Literal["and", "or"]
    parent: "_Group | None" = None
    parts: list[Normal] = field(default_factory=list)


def _digest(*pieces: bytes) -> bytes:
    return blake2b(b"".join(pieces), digest_size=16).digest()


@lru_cache(maxsize=16_384)
def _leaf(node: Leaf | Everything | Nothing, *, positive: bool) -> Normal:
    text = f"{type(node).__name__}{node!r}".encode("utf-8", "surrogatepass")
    if positive:
        return Normal("leaf", node, _digest(b"leaf", text))
    return Normal("leaf", Not(node), _digest(b"not", text))


_EVERYTHING = _leaf(EVERYTHING, positive=True)
_NOTHING = _leaf(NOTHING, positive=True)


def normalised(root: Node) -> Normal:
    """Return the normal form of a tree, in time that grows as the tree does."""
    top = _Group("and")
    todo: list[tuple[Node, bool, _Group] | _Group] = [(root, True, top)]
    while todo:
        item = todo.pop()
        if isinstance(item, _Group):
            assert item.parent is not None  # noqa: S101
            item.parent.parts.append(_merged(item.kind, item.parts))
            continue
        node, positive, group = item
        node = _plain(node) if not isinstance(node, And | Or | Not) else node
        if isinstance(node, Not):
            todo.append((node.child, not positive, group))
        elif isinstance(node, And | Or):
            kind: Literal["and", "or"] = "and" if isinstance(node, And) is positive else "or"
            if kind != group.kind:
                group = _Group(kind, group)
                todo.append(group)
            todo.extend((child, positive, group) for child in reversed(node.children))
        else:
            group.parts.append(_literal(node, positive=positive))
    return _merged("and", top.parts)


def _literal(node: Leaf | Everything | Nothing, *, positive: bool) -> Normal:
    if isinstance(node, Everything | Nothing):
        return _EVERYTHING if isinstance(node, Everything) is positive else _NOTHING
    return _leaf(node, positive=positive)


def _plain(node: Leaf | Everything | Nothing) -> Node:
    """Return the one way in which this leaf is said."""
    if isinstance(node, Fuzzy) and node.distance == 0:
        return Term(node.field, node.value)
    if isinstance(node, Wild) and "**" in node.pattern:
        return replace(node, pattern=_STARS.sub(lambda piece: piece[1] or "*", node.pattern))
    if isinstance(node, Range | Span):
        if isinstance(node, Range):
            node = replace(node, low=_short(node.low), high=_short(node.high))
        if node.low is not None and node.high is not None and node.low != node.high:
            return And(
                (
                    replace(node, high=None, high_open=False),
                    replace(node, low=None, low_open=False),
                )
            )
        if isinstance(node, Range) and node.field in WHOLE:
            return _closed(node)
    return node


def _short(number: float | None) -> float | None:
    """Return a number without a fraction as an `int`: 1.0 and 1 are the same bound."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _closed(node: Range) -> Range:
    """Say a bound of a whole number without leaving the bound itself out, where that can be."""
    if node.low_open and isinstance(node.low, int) and node.low < _INT_MAX:
        return replace(node, low=node.low + 1, low_open=False)
    if node.high_open and isinstance(node.high, int) and node.high > _INT_MIN:
        return replace(node, high=node.high - 1, high_open=False)
    return node


def _merged(kind: Literal["and", "or"], given: list[Normal]) -> Normal:
    neutral, decisive = (_EVERYTHING, _NOTHING) if kind == "and" else (_NOTHING, _EVERYTHING)
    parts: dict[bytes, Normal] = {}
    for part in given:
        for inner in part.parts if part.kind == kind else (part,):
            if inner is decisive:
                return decisive
            if inner is not neutral:
                parts.setdefault(inner.digest, inner)
    kept = _without_superfluous(kind, parts)
    if not kept:
        return neutral
    if len(kept) == 1:
        return kept[0]
    node = (And if kind == "and" else Or)(tuple(part.node for part in kept))
    digest = _digest(kind.encode(), *sorted(part.digest for part in kept))
    return Normal(kind, node, digest, tuple(kept))


def _without_superfluous(kind: Literal["and", "or"], parts: dict[bytes, Normal]) -> list[Normal]:
    """Drop `a || b` beside `a` in a conjunction, and `a, b` beside `a` in a disjunction."""

    def superfluous(part: Normal) -> bool:
        inner = part.parts if part.kind not in {kind, "leaf"} else ()
        return any(piece.digest in parts for piece in inner)

    return [part for part in parts.values() if not superfluous(part)]
