"""Writes a tree as text that is read back as the same tree.

Nothing is trusted to be right by construction: each leaf is read back, in the company that it
will have, by the parser of every dialect that is asked for, and a leaf for which no spelling
passes is refused.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from bot.query.dates import write, write_period
from bot.query.errors import QueryError
from bot.query.fields import (
    ANONYMOUS,
    PHILOMENA,
    PHILOMENA_MODERATOR,
    TWIBOORU,
    Dialect,
    Reader,
    split_field,
)
from bot.query.normal import normalised
from bot.query.parser import parse_philomena
from bot.query.tree import (
    TAGS,
    And,
    Everything,
    Flag,
    Fuzzy,
    Instant,
    Leaf,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
)
from bot.query.twibooru import parse_twibooru
from bot.texts import _

BOTH: tuple[Dialect, ...] = ("philomena", "twibooru")

_SPECIAL = re.compile(r'[\\"*?]')
_SPECIAL_IN_PATTERN = re.compile(r'[\\"]')
_TAIL = re.compile(r"[~^](?=[-+]?[0-9])")
_BRACKET = re.compile(r"[()]")
_MODERATOR = Reader(user=True, moderator=True)
_MEMBER = Reader(user=True)


def read(text: str, dialect: Dialect, reader: Reader) -> Node:
    """Return the tree of `text` in that dialect; raises `QueryError`."""
    return parse_twibooru(text, reader) if dialect == "twibooru" else parse_philomena(text, reader)


def _amount(number: float) -> str:
    # Plainly, without an exponent; an infinite number stays a word, and is not read back.
    return format(Decimal(repr(number)), "f")


def _escaped(leaf: Term | Wild | Fuzzy | Phrase) -> str:
    if isinstance(leaf, Wild):
        return _SPECIAL_IN_PATTERN.sub(r"\\\g<0>", leaf.pattern)
    return _SPECIAL.sub(r"\\\g<0>", leaf.value)


def _prefix(field: str) -> str:
    return "" if field == TAGS else f"{field}:"


def _guarded(field: str, text: str) -> str:
    """Escape what would make the beginning of a tag an operator or a field."""
    if field != TAGS:
        return text
    split = split_field(text)
    if split is not None and (split[0] in PHILOMENA_MODERATOR or split[0] in TWIBOORU):
        head, colon, tail = text.partition(":")
        text = f"{head}\\{colon}{tail}"
    return f"\\{text}" if text[:1] in {"-", "!"} else text


def _spellings(leaf: Term | Wild | Fuzzy | Phrase) -> Iterator[str]:
    """Return every way to write the leaf that may do, the plainest first."""
    suffix = f"~{leaf.distance}" if isinstance(leaf, Fuzzy) else ""
    plain = leaf.pattern if isinstance(leaf, Wild) else leaf.value
    prefix = _prefix(leaf.field)
    escaped = _escaped(leaf)
    guarded = prefix + _guarded(leaf.field, _TAIL.sub(r"\\\g<0>", escaped))
    if '"' not in plain:
        yield prefix + plain + suffix
    yield prefix + _guarded(leaf.field, escaped) + suffix
    yield guarded + suffix
    yield _quoted(prefix + plain) + suffix
    yield _quoted(prefix + plain + suffix)
    yield _quoted(guarded) + suffix
    yield _quoted(guarded + suffix)
    yield _BRACKET.sub(r"\\\g<0>", guarded) + suffix
    # Twibooru undoes no other escape between quotes.
    yield '"' + (prefix + plain).replace('"', '\\"') + '"' + suffix
    # A space before the colon would be dropped; an underscore becomes one when that is past.
    if leaf.field == TAGS and " :" in guarded:
        yield _quoted(guarded.replace(" :", "_:", 1) + suffix)
    # A star alone is everything; with a space it is "has any tag".
    yield _quoted(guarded + " ")


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _bounds(leaf: Range) -> Iterator[str]:
    name = leaf.field
    if leaf.low is not None and leaf.low == leaf.high:
        yield f"{name}:{_amount(leaf.low)}"
        return
    low, high = leaf.low, leaf.high
    bounds: list[str] = []
    if low is not None and high is not None and isinstance(low + high, int):
        middle, odd = divmod(int(low + high), 2)
        if not odd and not leaf.low_open and not leaf.high_open:
            yield f"{name}:{middle}~{_amount(high - middle)}"
    if low is not None:
        bounds.append(f"{name}.{'gt' if leaf.low_open else 'gte'}:{_amount(low)}")
    if high is not None:
        bounds.append(f"{name}.{'lt' if leaf.high_open else 'lte'}:{_amount(high)}")
    yield bounds[0] if len(bounds) == 1 else f"({', '.join(bounds)})"


def _dates(leaf: Span) -> Iterator[str]:
    low, high = leaf.low, leaf.high
    if low is not None and high is not None and not low.relative and not high.relative:
        period = write_period(low.seconds, high.seconds)
        if period is not None:
            yield f"{leaf.field}:{period}"
    lows = [
        f"{leaf.field}.{operator}:{text}" for operator in ("gte", "gt") for text in _moments(low)
    ]
    highs = [
        f"{leaf.field}.{operator}:{text}" for operator in ("lt", "lte") for text in _moments(high)
    ]
    if low is None or high is None:
        yield from lows or highs
        return
    yield from (f"({first}, {second})" for first, second in zip(lows, highs, strict=False))
    yield from (f"{leaf.field}:{text}" for text in _moments(high))


_AGO = (
    ("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400), ("week", 604_800),
    ("fortnight", 1_209_600), ("month", 2_592_000), ("year", 31_536_000),
)  # fmt: skip


def _moments(instant: Instant | None) -> Iterator[str]:
    """Return the texts with a bound at this instant, in one dialect or another."""
    if instant is None:
        return
    if not instant.relative:
        for early in (0, 1):
            text = write(instant.seconds - early)
            if text is not None:
                # With a time of day the period is one second; one that ends here begins before.
                yield text if "T" in text or not early else f"{text}T00:00:00Z"
        return
    counts = {(instant.seconds // unit, name) for name, unit in _AGO}
    counts |= {(instant.seconds // (unit + 1), name) for name, unit in _AGO}
    counts |= {(instant.seconds // unit - 1, name) for name, unit in _AGO}
    for months, name in ((1, "month"), (12, "year")):
        counts |= {(instant.months // months, name), (instant.months // months - 1, name)}
    for count, name in sorted(counts):
        if count >= 0:
            yield f"{count} {name}{'' if count == 1 else 's'} ago"


def _candidates(leaf: Leaf) -> Iterator[str]:
    match leaf:
        case Term() | Wild() | Fuzzy() | Phrase():
            return _spellings(leaf)
        case Range():
            return _bounds(leaf)
        case Span():
            return _dates(leaf)
        case Flag():
            return iter([f"{leaf.field}:{'true' if leaf.value else 'false'}"])
        case Special():
            return iter([f"{leaf.field}:{leaf.value}"])


@lru_cache(maxsize=16_384)
def leaf_text(leaf: Leaf, dialects: tuple[Dialect, ...]) -> str:
    """Return a text that every one of the dialects reads as this leaf; raises `QueryError`."""
    company = [Term(TAGS, f"{letter} y") for letter in "abcdef"]
    last = And((Or((company[0], leaf)), company[1]))
    first = And((Or((leaf, company[2])), company[3]))
    between = And((company[4], leaf, company[5]))
    wanted = normalised(Or((last, first, between))).digest
    for text in _candidates(leaf):
        # In every company: `&& a` is an operator after a comma only, `:(` a tag except before ).
        # The quotes would show a lonely one in the text, which takes the next one for its pair.
        said = f'("a y" || {text}), "b y" || ({text} || "c y"), "d y" || "e y", {text}, "f y"'
        if all(
            _reads(said, dialect, reader, wanted)
            for dialect in dialects
            for reader in _readers(leaf.field)
        ):
            return text
    shown = next(_candidates(leaf), leaf.field)
    if len(dialects) > 1:
        message = _("“{term}” cannot be said in a way that all sites understand alike")
    else:
        message = _("“{term}” cannot be said in this site's language")
    raise QueryError(message.format(term=shown[:80]))


def _readers(field: str) -> tuple[Reader, ...]:
    """Return for whom the field exists: they must all read the text alike."""
    if field not in PHILOMENA and field in PHILOMENA_MODERATOR:
        return (_MODERATOR,)
    return (_MEMBER, _MODERATOR) if field == "my" else (ANONYMOUS, _MEMBER, _MODERATOR)


def _reads(text: str, dialect: Dialect, reader: Reader, wanted: bytes) -> bool:
    try:
        return normalised(read(text, dialect, reader)).digest == wanted
    except QueryError:
        return False


def write_tree(root: Node, dialects: tuple[Dialect, ...] = BOTH) -> str:
    """Return the canonical text of a tree: every inner group in brackets, commas and `||`.

    Raises `QueryError` where it cannot be said in every one of the dialects.
    """
    root, negated = _unnegated(root)
    if isinstance(root, Nothing) and not negated:
        return ""
    pieces: list[str] = []
    todo: list[str | tuple[Node, bool, bool]] = [(root, negated, True)]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        node, negated, outermost = item
        if isinstance(node, And | Or):
            bare = outermost and not negated
            between = ", " if isinstance(node, And) else " || "
            todo.append("" if bare else ")")
            for index, child in enumerate(reversed(node.children)):
                if index:
                    todo.append(between)
                todo.append((*_unnegated(child), False))
            todo.append("" if bare else ("-(" if negated else "("))
            continue
        pieces.append(_word(node, dialects, negated=negated))
    return "".join(pieces)


def _word(node: Node, dialects: tuple[Dialect, ...], *, negated: bool) -> str:
    if isinstance(node, Everything | Nothing):
        return "*" if isinstance(node, Everything) is not negated else "-*"
    assert not isinstance(node, And | Or | Not)  # noqa: S101
    return ("-" if negated else "") + leaf_text(node, dialects)


def _unnegated(node: Node) -> tuple[Node, bool]:
    """Return the node without the negations before it, and whether they were odd in number."""
    negated = False
    while isinstance(node, Not):
        node, negated = node.child, not negated
    return node, negated
