"""Which of a post's tags may stand in a text (reference: safety, 3.7)."""

import re
from collections.abc import Collection, Iterable

from bot.posts.rating import fold, ratings
from bot.posts.tags import clean_tag_name, split_namespace

#: Words that no tag list in a channel for everybody carries, though a safe picture may be tagged
#: with them; the stems also as the beginning of a longer word.
_WORDS = (
    "anal", "anus", "ass", "bdsm", "butt", "clit", "cock", "cub", "cum", "dick", "dock", "plot",
    "pussy", "rape", "strip", "teats", "tits", "vore",
)  # fmt: skip
_STEMS = (
    "abuse", "areola", "blood", "bondage", "boob", "breast", "bulge", "cleavage", "corpse",
    "crotch", "dead", "death", "dildo", "drug", "erect", "erotic", "explicit", "fetish", "foalcon",
    "fuck", "genital", "gore", "grimdark", "grotesque", "hentai", "horny", "incest", "innuendo",
    "kill", "lewd", "lingerie", "loli", "masturbat", "murder", "naked", "nazi", "nipple", "nsfw",
    "nude", "nudity", "orgasm", "panties", "penis", "porn", "pregnan", "questionable", "sex",
    "shota", "slut", "stripper", "suggestive", "suicid", "tentacle", "torture", "underwear",
    "urine", "vagina", "violen", "vulva", "whore",
)  # fmt: skip
_DENIED = re.compile(rf"\b(?:(?:{'|'.join(_WORDS)})\b|(?:{'|'.join(_STEMS)}))")
_DENIED_FOLDED = frozenset(map(fold, (*_WORDS, *_STEMS)))
#: Credit shows these people; the rest of their namespaces' tags says nothing of the picture.
_PEOPLE = frozenset(
    {"artist", "colorist", "commissioner", "editor", "photographer", "art pack", "spoiler"}
)
_LONGEST_TAG = 50


def shown_tags(
    tags: Iterable[str], *, limit: int = 10, denied: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """Return up to `limit` tags for a text that everybody may read, in the site's order.

    Without ratings and their look-alikes, people's names, words unfit for children, and the
    tags whose folded form is in `denied`. The names are still untrusted text.
    """
    shown: list[str] = []
    for tag in tags:
        if len(shown) == limit:
            break
        name = clean_tag_name(tag)
        if name and name not in shown and _is_fit(name, denied):
            shown.append(name)
    return tuple(shown)


def _is_fit(name: str, denied: Collection[str]) -> bool:
    if len(name) > _LONGEST_TAG or split_namespace(name)[0] in _PEOPLE:
        return False
    folded = fold(name)
    if folded in denied or folded in _DENIED_FOLDED or ratings((name,)):
        return False
    return _DENIED.search(name) is None
