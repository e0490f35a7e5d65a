"""Numbers side by side in memory: what is gone through for every post is not looked for all over.

A list keeps each number somewhere else, and fetching it from there takes longer than all that is
done with it.
"""

from array import array
from collections.abc import Iterable
from typing import Final, TypeAlias

#: Whole numbers below 2³², as the machine has them.
Packed: TypeAlias = bytes | bytearray

NO_NUMBERS: Final = b""
_CODE = "I"
#: Bytes beyond which numbers grow in place; up to there the least room counts.
_LONG = 1 << 10


def pack(numbers: Iterable[int]) -> bytes:
    """Return the numbers packed."""
    return array(_CODE, numbers).tobytes()


def unpack(pieces: Iterable[Packed]) -> "array[int]":
    """Return the numbers of all pieces, one after the other."""
    return array(_CODE, b"".join(pieces))


def longer(held: Packed, more: bytes) -> Packed:
    """Return the numbers with more behind them."""
    if len(held) < _LONG:
        return held + more
    grown = held if isinstance(held, bytearray) else bytearray(held)
    grown += more
    return grown
