"""How a query is laid out in an index: as alternatives, each a list of what it wants.

Distributing a query over its alternatives keeps its value in three-valued logic. A query that
would make too many of them is kept whole, together with a set of terms without any of which it
cannot match.
"""

from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TypeAlias

from bot.query.facts import MINE, READERS
from bot.query.normal import Normal
from bot.query.tree import (
    TAGS,
    And,
    Everything,
    Leaf,
    Not,
    Nothing,
    Or,
    Special,
)
from bot.query.vocabulary import SetTerm, set_term

#: Terms of which a post must have one.
Choice: TypeAlias = tuple[SetTerm, ...]
#: Alternatives, and literals in all of them together, beyond which a query is kept whole.
MAX_ALTERNATIVES = 32
MAX_LITERALS = 256


@dataclass(slots=True)
class Alternative:
    """What one alternative wants of a post."""

    required: list[SetTerm] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    forbidden: list[SetTerm] = field(default_factory=list)
    #: Other leaves, and whether they must hold.
    checks: list[tuple[Leaf, bool]] = field(default_factory=list)
    #: It has a leaf that no post decides, so at best it is undecided.
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A query that is evaluated as it is, once one of `cover` is there (`None`: always)."""

    tree: And | Or
    cover: tuple[SetTerm, ...] | None


def lay_out(normal: Normal) -> list[Alternative] | Whole:
    """Return the layout of a query."""
    if isinstance(normal.node, Nothing):
        return []
    literals = _alternatives(normal)
    if literals is None and isinstance(normal.node, And | Or):
        return Whole(normal.node, _cover(normal))
    return [_sorted(conjunct) for conjunct in literals or ()]


def _alternatives(normal: Normal) -> list[list[Normal]] | None:
    """Return the conjunctions of literals whose disjunction is the query."""
    done: list[list[list[Normal]]] = []
    todo: list[tuple[Normal, bool]] = [(normal, False)]
    while todo:
        node, parts_done = todo.pop()
        if node.kind == "leaf" or _choice(node):
            done.append([[node]])
            continue
        if not parts_done:
            todo.append((node, True))
            todo.extend((part, False) for part in node.parts)
            continue
        parts = done[-len(node.parts) :]
        del done[-len(node.parts) :]
        if node.kind == "or":
            conjuncts = [conjunct for part in parts for conjunct in part]
        elif prod(map(len, parts)) > MAX_ALTERNATIVES:
            return None
        else:
            conjuncts = [[each for part in choice for each in part] for choice in product(*parts)]
        if len(conjuncts) > MAX_ALTERNATIVES or sum(map(len, conjuncts)) > MAX_LITERALS:
            return None
        done.append(conjuncts)
    return done[0]


def _choice(normal: Normal) -> Choice | None:
    """Return the terms of a disjunction of nothing but terms."""
    if normal.kind != "or":
        return None
    terms = [set_term(part.node) for part in normal.parts]
    known = tuple(term for term in terms if term is not None)
    return known if len(known) == len(terms) else None


def _sorted(conjunct: list[Normal]) -> Alternative:
    found = Alternative()
    for literal in {each.digest: each for each in conjunct}.values():
        choice = _choice(literal)
        if choice is not None:
            found.choices.append(choice)
            continue
        node = literal.node
        wanted = not isinstance(node, Not)
        leaf = node.child if isinstance(node, Not) else node
        if isinstance(leaf, And | Or | Not | Everything | Nothing):
            continue  # Everything, alone: there is nothing to want.
        term = set_term(leaf)
        if term is not None:
            (found.required if wanted else found.forbidden).append(term)
        elif never_decided(leaf):
            found.undecided = True
        else:
            found.checks.append((leaf, wanted))
    return found


def never_decided(leaf: Leaf) -> bool:
    """Tell whether the leaf is undecided for every post."""
    if isinstance(leaf, Special):
        return leaf.field != "filter_id" and (leaf.field != "my" or leaf.value not in MINE)
    return leaf.field != TAGS and leaf.field not in READERS


def _cover(normal: Normal) -> tuple[SetTerm, ...] | None:
    """Return terms one of which is in every post that may match, `None` where there are none."""
    done: list[tuple[SetTerm, ...] | None] = []
    todo: list[tuple[Normal, bool]] = [(normal, False)]
    while todo:
        node, parts_done = todo.pop()
        if node.kind == "leaf":
            term = set_term(node.node)
            done.append(None if term is None else (term,))
            continue
        if not parts_done:
            todo.append((node, True))
            todo.extend((part, False) for part in node.parts)
            continue
        covers = done[-len(node.parts) :]
        del done[-len(node.parts) :]
        known = [cover for cover in covers if cover is not None]
        if node.kind == "and":
            done.append(min(known, key=len, default=None))
        elif len(known) < len(covers):
            done.append(None)
        else:
            done.append(tuple({term for cover in known for term in cover}))
    return done[0]
