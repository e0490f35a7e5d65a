"""What a person's query may be made of before it is sent to a site (reference: safety, 3.2).

The bounds are of the person's own part. The policy's terms come on top of them and are bounded
themselves, so a stricter policy leaves nobody with less room. They hold twice: for the text as
it was typed, and for what is made of it. Text that was made under the same policy before is
measured without the policy's terms, so that it can be read again.
"""

import re
import unicodedata
from collections.abc import Iterable

from bot.query.errors import QueryError, mistake
from bot.query.fields import PHILOMENA_MODERATOR, split_field
from bot.query.tree import TAGS, Leaf, Term, Wild
from bot.texts import _

MAX_LENGTH = 500
MAX_TERMS = 32
#: Brackets in brackets; those of a tag's own name count as well.
MAX_DEPTH = 8
#: `*` and `?`, each of them.
MAX_WILDCARDS = 2

#: Signs on which the dialects do not agree.
REFUSED = frozenset('"\\^~')
#: Fields that may be asked of a site. Not among them: `my:` (the key's owner), `filter_id:`
#: (somebody else's filter), and what only the sites' moderators can ask for.
FIELDS = frozenset(
    {
        TAGS, "id", "width", "height", "aspect_ratio", "pixels", "size", "orig_size", "duration",
        "animated", "mime_type", "original_format", "file_name", "sha512_hash",
        "orig_sha512_hash", "processed", "thumbnails_generated", "duplicate_id",
        "score", "upvotes", "downvotes", "faves", "hides", "wilson_score", "comment_count",
        "tag_count", "error_tag_count", "rating_tag_count", "origin_tag_count",
        "character_tag_count", "oc_tag_count", "species_tag_count", "body_type_tag_count",
        "content_fanmade_tag_count", "content_official_tag_count", "spoiler_tag_count",
        "created_at", "updated_at", "first_seen_at", "uploader", "uploader_id", "faved_by",
        "faved_by_id", "gallery_id", "source_url", "source_count", "description",
    }
)  # fmt: skip

#: Nobody may ask for these, nor for a tag that could pass for one: a site's list of fields is its
#: own affair, and some take them in capitals or with a space before the colon.
_CLOSED = PHILOMENA_MODERATOR.keys() - FIELDS

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_WILDCARD = re.compile(r"[*?]")


def composed(text: str) -> str:
    """Return the text in NFC, so that what looks alike is alike."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def check_signs(text: str) -> None:
    """Refuse signs that nobody sees and those on which the dialects differ; raises QueryError."""
    for at, character in enumerate(text):
        if character in REFUSED:
            raise mistake(
                text,
                at,
                at + 1,
                _("the sign {sign} cannot be used here").format(sign=character),
                hint=_hint(character),
            )
        if unicodedata.category(character) in _UNSEEN:
            raise mistake(
                text,
                at,
                at + 1,
                _("there is a character that nobody sees: U+{code}").format(
                    code=f"{ord(character):04X}"
                ),
                hint=_("Type the query anew, on one line."),
            )


def _hint(sign: str) -> str:
    match sign:
        case '"':
            return _("Write the tag without quotes.")
        case "\\":
            return _("Write the tag without backslashes.")
        case "^":
            return _("Leave the weight out: results have an order of their own.")
    return _("Use bounds instead, such as score.gte:90, score.lte:110, or a wildcard.")


def check_length(text: str, room: int) -> None:
    """Refuse a text of more than `room` characters; raises QueryError."""
    if len(text) > room:
        raise mistake(
            text,
            room,
            len(text),
            _("the query is longer than {count} characters").format(count=MAX_LENGTH),
            hint=_("Take something away."),
        )


def check_terms(text: str, terms: int) -> None:
    """Refuse too many terms; raises QueryError."""
    if terms > MAX_TERMS:
        raise mistake(
            text,
            0,
            len(text),
            _("the query has more than {count} terms").format(count=MAX_TERMS),
            hint=_("Take some away."),
        )


def check_wildcards(text: str) -> None:
    """Refuse too many wildcards; raises QueryError."""
    for number, found in enumerate(_WILDCARD.finditer(text), 1):
        if number > MAX_WILDCARDS:
            raise mistake(
                text,
                *found.span(),
                _("the query has more than {count} wildcards").format(count=MAX_WILDCARDS),
                hint=_("Name a tag instead, or search in two steps."),
            )


def check_depth(text: str, depth: int = MAX_DEPTH) -> None:
    """Refuse brackets nested deeper than `depth`; raises QueryError."""
    opened = 0
    for at, character in enumerate(text):
        opened += (character == "(") - (character == ")")
        if opened > depth:
            raise mistake(
                text,
                at,
                at + 1,
                _("the brackets are nested deeper than {count}").format(count=MAX_DEPTH),
                hint=_("Take brackets away that change nothing."),
            )


def check_fields(text: str, asked: Iterable[Leaf]) -> None:
    """Refuse fields that nobody may ask a site for from here; raises QueryError."""
    for leaf in asked:
        field = leaf.field if leaf.field not in FIELDS else _closed_field(leaf)
        if field:
            lower = text.lower()
            at = lower.find(f"{field}:") if f"{field}:" in lower else max(0, lower.find(field))
            raise mistake(
                text,
                at,
                at + len(field),
                _("{field}: cannot be asked for here").format(field=field),
                hint=_("Leave this term out."),
            )


def _closed_field(leaf: Leaf) -> str:
    """Return the field that nobody may ask for and a tag begins with; empty where it does not."""
    tag = leaf.value if isinstance(leaf, Term) else leaf.pattern if isinstance(leaf, Wild) else ""
    split = split_field(unicodedata.normalize("NFKC", tag)) if leaf.field == TAGS else None
    if split is None:
        return ""
    field = "_".join(split[0].casefold().split())
    return field if field in _CLOSED else ""


def unsayable(text: str, leaf: Leaf | None) -> QueryError:
    """Return the refusal of a term (or of the whole) that has no wording that is safe to send."""
    words = leaf.value if isinstance(leaf, Term) else ""
    start = max(0, text.lower().find(words))
    said = text[start : start + len(words)] or text
    return mistake(
        text, start, start + len(said),
        _("“{term}” has no wording that every site reads alike").format(term=said[:80]),
        hint=_("Use plain tags, with commas, OR, - and brackets between them."),
    )  # fmt: skip
