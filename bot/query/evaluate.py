"""Three-valued evaluation of a tree, without recursion.

`None` is "cannot be told from this post"; a conjunction with a false part is false all the same,
a disjunction with a true part is true (reference: boards, 2.6).
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from bot.query.tree import And, Everything, Leaf, Node, Not, Nothing, Or

Verdict: TypeAlias = bool | None

_NO_NODES: Iterator[Node] = iter(())


def evaluate(root: Node, verdict: Callable[[Leaf], Verdict]) -> Verdict:
    """Return the value of the tree, where `verdict` tells that of each leaf that is needed."""
    # Each open node: `True` for a conjunction, `False` for a disjunction, `None` for a negation;
    # its children still to come; its value if none of these decides it.
    open_nodes: list[tuple[bool | None, Iterator[Node]]] = []
    values: list[bool | None] = []
    node = root
    while True:
        if isinstance(node, And | Or):
            conjunction = isinstance(node, And)
            children = iter(node.children)
            open_nodes.append((conjunction, children))
            values.append(conjunction)
            node = next(children)
        elif isinstance(node, Not):
            open_nodes.append((None, _NO_NODES))
            values.append(None)
            node = node.child
        else:
            if isinstance(node, Everything | Nothing):
                value: Verdict = isinstance(node, Everything)
            else:
                value = verdict(node)
            following, value = _closed(open_nodes, values, value)
            if following is None:
                return value
            node = following


def _closed(
    open_nodes: list[tuple[bool | None, Iterator[Node]]],
    values: list[bool | None],
    value: Verdict,
) -> tuple[Node | None, Verdict]:
    """Close every node that a child's value decides; return the next child to look at, if any."""
    while open_nodes:
        kind, children = open_nodes[-1]
        if kind is None:
            value = None if value is None else not value
        else:
            if value is None:
                values[-1] = None
            if value is None or value is kind:
                following = next(children, None)
                if following is not None:
                    return following, value
                value = values[-1]
        open_nodes.pop()
        values.pop()
    return None, value
