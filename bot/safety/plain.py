"""Plain tags, for a site whose search is a list of tags and nothing else (seed S2)."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from bot.posts.tags import NAMESPACES, clean_tag_name
from bot.query.errors import QueryError
from bot.safety.limits import MAX_LENGTH, MAX_TERMS
from bot.texts import _

_MARKS = frozenset(" :'.-_\u2018\u2019")


class _Term(NamedTuple):
    name: str
    start: int
    end: int


def plain_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a comma-separated list, for the Safe Pony API.

    Letters, digits, spaces and `:'.-_` only, so that nothing in it is an operator anywhere.
    Raises `QueryError` with the place in `text` and what to do about it.
    """
    terms = list(_terms(text))
    names = tuple(dict.fromkeys(term.name for term in terms))
    if len(names) > MAX_TERMS:
        raise QueryError(
            _("There are more than {count} tags.").format(count=MAX_TERMS),
            start=terms[MAX_TERMS].start,
            end=terms[-1].end,
            hint=_("Take some away."),
        )
    if len(", ".join(names)) > MAX_LENGTH:
        raise QueryError(
            _("This query is too long to send."),
            start=terms[0].start,
            end=terms[-1].end,
            hint=_("Take some tags away."),
        )
    return names


def _terms(text: str) -> Iterator[_Term]:
    start = 0
    for piece in text.split(","):
        end = start + len(piece)
        if piece.strip(" "):
            left = start + len(piece) - len(piece.lstrip(" "))
            right = start + len(piece.rstrip(" "))
            yield _Term(_name(text[left:right], left, right), left, right)
        start = end + 1


def _name(piece: str, start: int, end: int) -> str:
    _check_characters(piece, start, end)
    name = unicodedata.normalize("NFC", clean_tag_name(unicodedata.normalize("NFC", piece)))
    if name.startswith("-"):
        raise QueryError(
            _("Tags cannot be excluded here: “{tag}” begins with a minus sign.").format(tag=piece),
            start=start,
            end=end,
            hint=_("List only tags that you want to see."),
        )
    if not any(map(str.isalnum, name)):
        raise QueryError(
            _("“{tag}” is not the name of a tag.").format(tag=piece),
            start=start,
            end=end,
            hint=_("Write tags as on the site, with commas between them."),
        )
    prefix, colon, rest = name.partition(":")
    if colon and (prefix not in NAMESPACES or not rest):
        raise QueryError(
            _("“{prefix}:” is not a kind of tag.").format(prefix=prefix),
            start=start,
            end=end,
            hint=_("Before a colon there may be: {kinds}.").format(
                kinds=", ".join(sorted(NAMESPACES))
            ),
        )
    return name


def _check_characters(piece: str, start: int, end: int) -> None:
    composed = unicodedata.normalize("NFC", piece)
    for position, character in enumerate(composed):
        if _is_plain(character):
            continue
        # Offsets are of the text as given, which composing may have shortened.
        if composed == piece:
            start, end = start + position, start + position + 1
        raise QueryError(
            _("The character {character} cannot be used here.").format(
                character=f"“{character}”" if character.isprintable() else f"U+{ord(character):04X}"
            ),
            start=start,
            end=end,
            hint=_("Tags may have letters, digits, spaces and : ' . - _ with commas between them."),
        )


def _is_plain(character: str) -> bool:
    if character in _MARKS:
        return True
    category = unicodedata.category(character)
    # A letter whose lower case is more than letters (only İ) is no letter of a tag.
    return category == "Nd" or (category[0] == "L" and len(character.lower()) == 1)
