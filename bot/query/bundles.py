"""What an index keeps in one place: keys of queries, each with what it wants besides the place."""

from typing import Any, Final, Literal, TypeAlias

Numbers: TypeAlias = tuple[int, ...]
#: What is wanted beyond a first test: required terms, forbidden terms, sets of which one term is
#: required each, checks, and whether it is at best undecided.
More: TypeAlias = tuple[Numbers, Numbers, tuple[Numbers, ...], Numbers, bool]
#: How a key's first test is to be read: nothing is tested, and the key matches or is at best
#: undecided; a required term; terms of which one is required; terms that are forbidden.
Part: TypeAlias = Literal["sure", "unsure", "required", "chosen", "free"]
#: A first test, which fails as often as any, with how it is to be read; and what else is wanted.
Item: TypeAlias = tuple[Part, Any, More | None]

NO_MORE: Final[More] = ((), (), (), (), False)
#: Shared by all the bundles that keep nothing of a kind.
_NOTHING: Final[list[Any]] = []


class Bundle:
    """What stands in one place, of which `key` tells what it is for.

    Keys that match if the place does, and those that are then at best undecided, are lists of
    their own. Of the others each list has by turns the first test, what else is wanted, and the
    key: kept flat, they are quick to go through.
    """

    __slots__ = ("chosen", "free", "key", "required", "sure", "unsure")

    def __init__(self, key: Any) -> None:
        self.key = key
        self.sure = _NOTHING
        self.unsure = _NOTHING
        self.required = _NOTHING
        self.chosen = _NOTHING
        self.free = _NOTHING

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

    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        return not (self.sure or self.unsure or self.required or self.chosen or self.free)


class Wish:
    """Equal queries: `digest` names their meaning; how many keys have it, and where they stand."""

    __slots__ = ("digest", "keys", "places")

    def __init__(self, digest: bytes) -> None:
        self.digest = digest
        self.keys = 0
        self.places: tuple[tuple[Bundle, Item], ...] = ()


def _entry(item: Item, key: Any) -> tuple[Part, list[Any]]:
    """Return the part of a bundle that an item is kept in, and as what."""
    part, test, more = item
    return part, [key] if test is None else [test, more, key]
