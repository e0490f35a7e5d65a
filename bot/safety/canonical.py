"""The form in which a person's query is sent to a site (reference: safety, 3.2).

Until the query room can parse the whole language, a query is a list of plain tags. Nothing in
it can be an operator of either dialect: terms are lower-cased, so `OR`, `AND` and `NOT` are
words, and no bracket, quote, wildcard, sign or field name gets in.
"""

import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from bot.posts.rating import Rating
from bot.posts.tags import NAMESPACES, clean_tag_name
from bot.query.errors import QueryError
from bot.safety.policy import GRAPHIC, NEVER, NEVER_TOGETHER, ONLY_SAFE, Policy
from bot.texts import _

Dialect: TypeAlias = Literal["philomena", "twibooru"]

DIALECTS: frozenset[str] = frozenset({"philomena", "twibooru"})
#: Of the whole query as sent, the policy's own terms included.
MAX_LENGTH = 500
MAX_TERMS = 32
#: Ids of the boards have at most ten digits (reference: safety, 5).
MAX_POST_ID = 9_999_999_999

_MARKS = frozenset(" :'.-_\u2018\u2019")


class _Term(NamedTuple):
    name: str
    start: int
    end: int


def canonical(text: str, policy: Policy, dialect: Dialect) -> str:
    """Return what is sent to a site that speaks `dialect` for a person's query `text`.

    The policy's terms come first and bind whatever follows; an empty `text` is the policy
    alone. Raises `QueryError` with the place in `text` and what to do about it.
    """
    _check_dialect(dialect)
    terms = list(_terms(text))
    wanted = ", ".join(f"({name})" for name in dict.fromkeys(term.name for term in terms))
    return _within_limits(policy, wanted, terms)


def by_id(post_id: int, policy: Policy, dialect: Dialect) -> str:
    """Return the query that finds the one post `post_id` if the policy lets it through.

    Raises `QueryError` where no post of a board can have that id.
    """
    _check_dialect(dialect)
    if not 0 < post_id <= MAX_POST_ID:
        raise QueryError(_("A post's id is a whole number of at most ten digits."))
    return ", ".join([f"id:{post_id}", *_policy_terms(policy)])


def plain_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a comma-separated list, for the Safe Pony API.

    Under the same rules, and raising the same `QueryError`, as `canonical`.
    """
    terms = list(_terms(text))
    names = tuple(dict.fromkeys(term.name for term in terms))
    if len(names) > MAX_TERMS:
        raise _too_many(MAX_TERMS, terms[MAX_TERMS].start, terms[-1].end)
    if len(", ".join(names)) > MAX_LENGTH:
        raise _too_long(terms)
    return names


def _check_dialect(dialect: str) -> None:
    if dialect not in DIALECTS:
        raise ValueError(f"no such dialect: {dialect!r}")


def _within_limits(policy: Policy, wanted: str, terms: list[_Term]) -> str:
    required = _policy_terms(policy)
    count = len({term.name for term in terms})
    room = MAX_TERMS - sum(map(_count, required))
    if count > room:
        raise _too_many(room, terms[room].start, terms[-1].end)
    query = ", ".join([*required, *([wanted] if wanted else [])])
    if len(query) > MAX_LENGTH:
        raise _too_long(terms)
    return query


def _policy_terms(policy: Policy) -> list[str]:
    """Return the terms that every query sent under `policy` carries, in either dialect."""
    allowed = policy.ratings
    only_safe = allowed <= {Rating.SAFE}
    terms = ["safe"] if only_safe else []
    denied = [rating.value for rating in Rating if rating not in allowed]
    if not policy.graphic:
        denied += sorted(GRAPHIC.difference(denied))
    denied += sorted(NEVER)
    terms += [f"-{name}" for name in denied if not (only_safe and name == "safe")]
    if not only_safe:
        terms += [f"-({name}, -safe)" for name in sorted(ONLY_SAFE)]
    pairs = (pair for pair in NEVER_TOGETHER if pair.isdisjoint(denied))
    return terms + [f"-({', '.join(sorted(pair))})" for pair in pairs]


def _count(term: str) -> int:
    return term.count(",") + 1


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
            _("Tags cannot be excluded yet: “{tag}” begins with a minus sign.").format(tag=piece),
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


def _too_many(room: int, start: int, end: int) -> QueryError:
    return QueryError(
        _("There are more than {count} tags.").format(count=room),
        start=start,
        end=end,
        hint=_("Take some away."),
    )


def _too_long(terms: list[_Term]) -> QueryError:
    return QueryError(
        _("This query is too long to send."),
        start=terms[0].start if terms else 0,
        end=terms[-1].end if terms else 0,
        hint=_("Take some tags away."),
    )
