"""The tree that a query is read into, the same for both dialects.

Nodes compare by identity: comparing by meaning is `normal.py`'s business, which does it without
recursion. Leaves are values and compare as such.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

#: The field of a term that names none.
TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every post, such as `*` and `uploader:*`."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no post, such as the empty query."""


@dataclass(frozen=True, slots=True)
class Term:
    """The field has exactly this value, already brought to the form that is compared."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Wild:
    r"""The field's value has this form: `*` any run, `?` one character, `\x` the character x."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """The field's value is at most `distance` (0 to 2) edits away."""

    field: str
    value: str
    distance: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """The field's text has these words in a row, after stemming, which only a site does."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Flag:
    """The field is true, or is false."""

    field: str
    value: bool


@dataclass(frozen=True, slots=True)
class Special:
    """A field that a site makes up: `gallery_id`, `filter_id`, `my`, and moderators' `ip`."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """A number between two bounds; `None` is no bound, and an open bound is itself outside."""

    field: str
    low: int | float | None = None
    high: int | float | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment: `seconds` since 1970 UTC, or that many (and `months`) before now if relative."""

    seconds: int
    months: int = 0
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A date between two bounds, as for `Range`."""

    field: str
    low: Instant | None = None
    high: Instant | None = None
    low_open: bool = False
    high_open: bool = False


Leaf: TypeAlias = Term | Wild | Fuzzy | Phrase | Flag | Special | Range | Span


@dataclass(frozen=True, slots=True, eq=False)
class And:
    """Every child matches."""

    children: "tuple[Node, ...]" = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """At least one child matches."""

    children: "tuple[Node, ...]" = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """The child does not match."""

    child: "Node" = field(repr=False)


Node: TypeAlias = And | Or | Not | Everything | Nothing | Leaf

EVERYTHING = Everything()
NOTHING = Nothing()


def leaves(root: Node) -> list[Leaf]:
    """Return every leaf of the tree, from left to right, repeated ones too."""
    found: list[Leaf] = []
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, And | Or):
            todo.extend(reversed(node.children))
        elif isinstance(node, Not):
            todo.append(node.child)
        elif not isinstance(node, Everything | Nothing):
            found.append(node)
    return found
