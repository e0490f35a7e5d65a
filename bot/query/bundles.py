"""What an index keeps in one place: keys of queries, each with what it wants besides the place."""

from typing import Any, Final, TypeAlias

Numbers: TypeAlias = tuple[int, ...]
#: Further sets of which one term is required each, checks, and "at best undecided".
More: TypeAlias = tuple[tuple[Numbers, ...], Numbers, bool]
#: What is wanted besides the place: required terms, forbidden terms, a set of which one term is
#: required if it is not empty, and what else there is.
Item: TypeAlias = tuple[Numbers, Numbers, Numbers, More | None]
#: The number of a place, and an item in it.
Place: TypeAlias = tuple[int, Item]

NO_MORE: Final[More] = ((), (), False)
_UNDECIDED: Final[More] = ((), (), True)
#: Shared by all the bundles that keep nothing of a kind.
_NOTHING: Final[list[Any]] = []


class Wish:
    """Equal queries: `digest` names their meaning; how many keys have it, and where they stand."""

    __slots__ = ("digest", "keys", "places")

    def __init__(self, digest: bytes) -> None:
        self.digest = digest
        self.keys = 0
        self.places: tuple[Place, ...] = ()


class Bundle:
    """What stands in one place. What wants little is kept flat, which is quick to go through."""

    __slots__ = ("guarded", "single", "sure", "unsure")

    def __init__(self) -> None:
        #: Keys that want nothing more, and such as are at best undecided.
        self.sure = _NOTHING
        self.unsure = _NOTHING
        #: By turns a term, whether it must be there or must not, and the key that wants just that.
        self.single = _NOTHING
        #: By turns the four parts of any other item, and its key.
        self.guarded = _NOTHING

    def put(self, item: Item, key: Any) -> None:
        """Add a key that wants an item."""
        part, entry = _entry(item, key)
        held = getattr(self, part)
        if held:
            held += entry
        else:
            setattr(self, part, entry)

    def take(self, item: Item, key: Any) -> None:
        """Remove a key that wants an item."""
        part, entry = _entry(item, key)
        held, size = getattr(self, part), len(entry)
        at = next(at for at in range(0, len(held), size) if held[at : at + size] == entry)
        del held[at : at + size]

    # Not `__bool__`: a bundle is to be true quickly (see `QueryIndex.match`).
    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        return not (self.sure or self.unsure or self.single or self.guarded)


def _entry(item: Item, key: Any) -> tuple[str, list[Any]]:
    """Return the part of a bundle that an item is kept in, and as what."""
    rest, forbidden, choice, more = item
    wants = len(rest) + len(forbidden) + len(choice)
    if not wants and more is None:
        return "sure", [key]
    if not wants and more == _UNDECIDED:
        return "unsure", [key]
    if len(rest) + len(forbidden) == wants == 1 and more is None:
        return "single", [*rest, *forbidden, bool(rest), key]
    return "guarded", [*item, key]
