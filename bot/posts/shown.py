"""Which of a post's tags may stand in a text (reference: safety, 3.7)."""

import re
from collections.abc import Collection, Iterable

from bot.posts.rating import fold, ratings
from bot.posts.tags import clean_tag_name, split_namespace

#: Words that no tag list in a channel for everybody carries, though a safe picture may be tagged
#: with them; the stems also as the beginning of a longer word.
_WORDS = (
    "anal", "anus", "ass", "bdsm", "bitch", "boner", "butt", "clit", "clop", "cock", "cub", "cuck",
    "cum", "cunt", "dick", "dock", "fap", "milf", "nsfl", "oral", "pee", "piss", "plot", "pussy",
    "r34", "rape", "rule34", "scat", "shit", "strip", "teats", "thong", "tits", "vore", "xxx",
)  # fmt: skip
_STEMS = (
    "abuse", "ahegao", "areola", "ballgag", "bestiality", "bimbo", "blood", "blowjob", "bondage",
    "boob", "breast", "bukkake", "bulge", "butthole", "buttplug", "cameltoe", "cleavage", "clopfic",
    "corpse", "creampie", "crotch", "dead", "death", "diaper", "dildo", "dominatrix", "drug",
    "ejaculat", "erect", "erotic", "explicit", "femdom", "fetish", "foalcon", "fuck", "futa",
    "gangbang", "genital", "gore", "grimdark", "grotesque", "handjob", "hentai", "horny",
    "impregnat", "incest", "innuendo", "kill", "lewd", "lingerie", "loli", "masturbat", "molest",
    "murder", "naked", "nazi", "necrophil", "nipple", "nsfw", "nude", "nudity", "orgasm", "panties",
    "pedophil", "penis", "ponut", "porn", "pregnan", "prostitut", "questionable", "rapist",
    "rule 34", "self harm", "sex", "shota", "slut", "smut", "snuff", "spank", "strapon", "stripper",
    "suggestive", "suicid", "tentacle", "topless", "torture", "underwear", "urine", "vagina",
    "vibrator", "violen", "voyeur", "vulva", "watersports", "whore", "yiff", "zoophil",
)  # fmt: skip


def _pattern(words: Iterable[str], stems: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?:{'|'.join(words)})\b|(?:{'|'.join(stems)}))")


_DENIED = _pattern(_WORDS, _STEMS)
#: The same against text of which each word is folded, so that a disguise changes nothing.
_DENIED_WORDS = _pattern(map(fold, _WORDS), map(fold, _STEMS))
_DENIED_FOLDED = frozenset(map(fold, (*_WORDS, *_STEMS)))
#: Credit shows these people; the rest of their namespaces' tags says nothing of the picture.
_PEOPLE = frozenset(
    {"artist", "colorist", "commissioner", "editor", "photographer", "art pack", "spoiler"}
)
_LONGEST_TAG = 50
#: What is longer costs too much to be read (fault F46), so nothing is known of it.
_LONGEST_TEXT = 20_000


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


def fit_name(tag: str) -> bool:
    """Tell whether everybody may read a tag's name; people's names are judged by their words."""
    name = clean_tag_name(tag)
    if split_namespace(name)[0] in _PEOPLE:
        return fit_text(name)
    return _is_fit(name, frozenset())


def _is_fit(name: str, denied: Collection[str]) -> bool:
    if len(name) > _LONGEST_TAG or split_namespace(name)[0] in _PEOPLE:
        return False
    folded = fold(name)
    if folded in denied or folded in _DENIED_FOLDED or ratings((name,)):
        return False
    return fit_text(name)


def fit_text(text: str) -> bool:
    """Tell whether a text has none of the words that are unfit for children."""
    if len(text) > _LONGEST_TEXT:
        return False
    words = clean_tag_name(text).split(" ")
    return (
        _DENIED.search(" ".join(words)) is None
        and _DENIED_WORDS.search(" ".join(map(fold, text.split()))) is None
    )
