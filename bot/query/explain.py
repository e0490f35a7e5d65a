"""Why a query does or does not match a post, term by term."""

from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.query import wildcards
from bot.query.canonical import leaf_text
from bot.query.dates import civil, resolve
from bot.query.errors import QueryError
from bot.query.evaluate import Verdict
from bot.query.facts import Facts
from bot.query.tree import (
    TAGS,
    And,
    Everything,
    Fuzzy,
    Instant,
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.query.fields import Dialect

What: TypeAlias = Literal["all", "any", "not", "term", "everything", "nothing"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One node with its verdict, `None` where one post does not decide it.

    `compared` is what the post says of the term's field, `None` where it does not say; for tags,
    the tags that fit.
    """

    what: What
    text: str
    verdict: Verdict
    compared: tuple[str, ...] | None = ()
    children: "tuple[Explanation, ...]" = ()

    def lines(self) -> "Iterator[tuple[int, Explanation]]":
        """Return every node with its depth, from top to bottom, parents first."""
        todo = [(0, self)]
        while todo:
            depth, node = todo.pop()
            yield depth, node
            todo.extend((depth + 1, child) for child in reversed(node.children))


def explain(root: Node, facts: Facts) -> Explanation:
    """Return the explanation of a tree; unlike in evaluation nothing is left out."""
    # A node is met twice: on the way down, and again when its children have been explained.
    todo: list[tuple[Node, bool]] = [(root, False)]
    done: list[Explanation] = []
    while todo:
        node, children_done = todo.pop()
        children = (
            node.children if isinstance(node, And | Or)
            else (node.child,) if isinstance(node, Not)
            else ()
        )  # fmt: skip
        if children and not children_done:
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(children))
        elif children:
            explained = tuple(done[-len(children) :])
            del done[-len(children) :]
            done.append(_group(node, explained))
        elif isinstance(node, Everything):
            done.append(Explanation("everything", "*", verdict=True))
        elif isinstance(node, Nothing):
            done.append(Explanation("nothing", "-*", verdict=False))
        elif not isinstance(node, And | Or | Not):
            done.append(_term(node, facts))
    return done[0]


def _group(node: Node, children: tuple[Explanation, ...]) -> Explanation:
    verdicts = [child.verdict for child in children]
    if isinstance(node, Not):
        verdict = None if verdicts[0] is None else not verdicts[0]
        return Explanation("not", "", verdict, children=children)
    decisive = not isinstance(node, And)
    undecided = None in verdicts
    verdict = decisive if decisive in verdicts else (None if undecided else not decisive)
    return Explanation("any" if decisive else "all", "", verdict, children=children)


def _term(leaf: Leaf, facts: Facts) -> Explanation:
    return Explanation("term", shown(leaf, facts.now), facts.verdict(leaf), _compared(leaf, facts))


def shown(leaf: Leaf, now: datetime) -> str:
    """Return the leaf as text for people: as a query where it can be one."""
    dialects: tuple[Dialect, ...] = ("philomena", "twibooru")
    for dialect in dialects:
        try:
            return leaf_text(leaf, (dialect,))
        except QueryError:
            continue
    if isinstance(leaf, Span | Range):
        low, high = _bound(leaf.low, now), _bound(leaf.high, now)
        return f"{leaf.field}: {low} … {high}"
    return f"{leaf.field}: {getattr(leaf, 'value', getattr(leaf, 'pattern', ''))}"


def _bound(bound: Instant | float | None, now: datetime) -> str:
    if isinstance(bound, Instant):
        return _moment(resolve(bound, now))
    return "" if bound is None else str(bound)


def _moment(seconds: float) -> str:
    # Queries know years that `datetime` does not.
    year, month, day, hour, minute, second = civil(floor(seconds))
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}+00:00"


def _compared(leaf: Leaf, facts: Facts) -> tuple[str, ...] | None:
    if leaf.field == TAGS:
        return tuple(sorted(name for name in facts.names if _fits(leaf, name)))
    if leaf.field == "my":
        return tuple(" ".join(pair).strip() for pair in facts.post.interactions)
    value = facts.value(leaf.field)
    if isinstance(value, tuple):
        return value
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int | float):
        return (_moment(value) if isinstance(leaf, Span) else str(value),)
    return None


def _fits(leaf: Leaf, name: str) -> bool:
    if isinstance(leaf, Wild):
        return wildcards.matches(leaf.pattern, name)
    if isinstance(leaf, Fuzzy):
        return wildcards.near(leaf.value, name, leaf.distance)
    return isinstance(leaf, Term) and leaf.value == name
