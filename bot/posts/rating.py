"""Rating tags, and what they look like in disguise (reference: safety, 3.5)."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from bot.posts.tags import LONGEST_TAG, RATINGS
from bot.posts.text import NO_CHARACTER


class Rating(StrEnum):
    """The boards' rating tags by their exact names."""

    SAFE = "safe"
    SUGGESTIVE = "suggestive"
    QUESTIONABLE = "questionable"
    EXPLICIT = "explicit"
    SEMI_GRIMDARK = "semi-grimdark"
    GRIMDARK = "grimdark"
    GROTESQUE = "grotesque"


# Control and format characters, marks, separators, dashes and connectors leave no trace.
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Mn", "Me", "Zs", "Zl", "Zp", "Pd", "Pc"})
#: Letters by category that no eye sees, and dashes by looks that are signs of another kind.
_UNNOTICED = "\u115f\u1160\u3164\uffa0\u2800\u02d7\u2043\u2212\u2796"
# Letters of other alphabets (and small capitals) that pass for Latin ones in the tags that
# decide whether a post is shown. A collision can only hide a post, never show one.
_LOOKALIKES = str.maketrans(
    "аеорсхуіїјѕԁӏԛԝкмтвнгпոսհօցαεικορτυχνγηωɑɡɩıᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢǫ01l|"  # noqa: RUF001
    "ҽєɛ℮×łøөđŧƒσьѵʋǀ",  # noqa: RUF001
    "aeopcxyiijsdiqwkmtbhrnnuhogaeikoptuxvynwagiiabcdeghijkimnoprstuvwyzqoiiieeeexloodtfobvui",
)
_ASCII_DROPPED = {ord(character): None for character in map(chr, (*range(33), 127))}
_ASCII_DROPPED |= {ord("-"): None, ord("_"): None}


def fold(tag: str) -> str:
    """Return what a tag reads as, for denying only: disguises of one tag fold to one string.

    NFKC, casefold, format characters and `-_ ` removed as reference: safety, 3.5 asks; beyond
    it, marks and look-alike letters. Nothing may be allowed by comparing folded tags.
    """
    return _fold(tag) if len(tag) <= LONGEST_TAG else _fold.__wrapped__(tag)


@lru_cache(maxsize=16_384)
def _fold(tag: str) -> str:
    if tag.isascii():
        return tag.casefold().translate(_ASCII_DROPPED).translate(_LOOKALIKES)
    text = (
        unicodedata.normalize("NFKC", NO_CHARACTER.sub("", tag)).casefold().translate(_LOOKALIKES)
    )
    text = unicodedata.normalize("NFKD", text).casefold()
    kept = (
        character
        for character in text
        if character not in _UNNOTICED and unicodedata.category(character) not in _DROPPED
    )
    return "".join(kept).translate(_LOOKALIKES)


_BY_FOLDED = {fold(name): Rating(name) for name in RATINGS}


def ratings(tags: Iterable[str]) -> frozenset[Rating]:
    """Return every rating that a tag names or imitates; never a proof that a post is safe."""
    found = map(_BY_FOLDED.get, map(_letters, tags))
    return frozenset(rating for rating in found if rating is not None)


def _letters(tag: str) -> str:
    """Return the folded tag without signs, as in `explicit!`."""
    folded = fold(tag)
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
