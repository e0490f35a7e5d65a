"""Three-valued evaluation of a tree, without recursion.

`None` is "cannot be told from this post"; a conjunction with a false part is false all the same,
a disjunction with a true part is true (reference: boards, 2.6).
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from bot.query.tree import And, Everything, Leaf, Node, Not, Nothing, Or

Verdict: TypeAlias = bool | None

# Not written where they are used: a union of types is made anew each time, for every node.
_GROUPS = (And, Or)
_CONSTANT = (Everything, Nothing)


def evaluate(root: Node, verdict: Callable[[Leaf], Verdict]) -> Verdict:
    """Return the value of the tree, where `verdict` tells that of each leaf that is needed."""
    # The group that is looked at: whether it is a conjunction (or else a disjunction), whether its
    # value is turned round, its children still to come, its value if none of these decides it.
    # Around it are `outer` groups, each as it was left.
    conjunction, negated = type(root) is not Or, False
    children = iter(root.children if isinstance(root, _GROUPS) else (root,))
    value: Verdict = conjunction
    outer: list[tuple[bool, bool, Iterator[Node], Verdict]] = []
    while True:
        value, group, opposite = _until_group(children, value, verdict, conjunction)
        if group is not None:
            outer.append((conjunction, negated, children, value))
            conjunction, negated, children = type(group) is And, opposite, iter(group.children)
            value = conjunction
            continue
        while outer:
            found = value if value is None or not negated else not value
            conjunction, negated, children, value = outer.pop()
            if found is conjunction:
                break
            value = found
            if found is None:
                break
        else:
            return value


def _until_group(
    children: Iterator[Node],
    value: Verdict,
    verdict: Callable[[Leaf], Verdict],
    conjunction: bool,  # noqa: FBT001
) -> tuple[Verdict, And | Or | None, bool]:
    """Return a group's value so far, and the next group in it and whether that is negated.

    There is none where no group comes, or a leaf before it decides the value.
    """
    for child in children:
        node, negated = child, False
        while isinstance(node, Not):
            node, negated = node.child, not negated
        if isinstance(node, _GROUPS):
            return value, node, negated
        found = isinstance(node, Everything) if isinstance(node, _CONSTANT) else verdict(node)
        if found is None:
            value = None
        elif (found is not negated) is not conjunction:
            return not conjunction, None, False
    return value, None, False
