"""How the credits of several posts share the room of one message, none of them cut."""

from collections.abc import Sequence

from msgspec import structs

from bot.posts.credit import Credit
from bot.posts.text import utf16_len
from bot.ui.credit_lines import credit_lines

#: More than a first source takes in its shortest form, with how many others there are.
_SHORTEST_SOURCE = 160
#: What `credit_lines` keeps free for saying how many others there are.
_KEPT_FREE = 60


def share_room(given: Sequence[Credit], room: int) -> list[int]:
    """Return how many UTF-16 units each given credit may take of `room`, for `credit_lines`.

    Every artist and first source fits; what is left over goes to the further sources. Raises
    ValueError where not all of them fit: artists are never cut (rules L1, L2).
    """
    full = [utf16_len(credit_lines(credit, room)) + _KEPT_FREE for credit in given]
    least = [min(_least(credit, room), most) for credit, most in zip(given, full, strict=True)]
    spare = room - sum(least)
    if spare < 0:
        raise ValueError("the credits do not fit")
    shares = []
    for number, (small, large) in enumerate(zip(least, full, strict=True)):
        extra = min(large - small, spare // (len(full) - number))
        spare -= extra
        shares.append(small + extra)
    return shares


def _least(credit: Credit, room: int) -> int:
    without = structs.replace(credit, sources=())
    return utf16_len(credit_lines(without, room)) + _SHORTEST_SOURCE
