"""Which fields a query can name, of which kind, in which dialect (reference: boards, 2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Dialect: TypeAlias = Literal["philomena", "twibooru"]
Kind: TypeAlias = Literal[
    "int", "numeric", "float", "date", "literal", "bool", "text", "custom", "ip"
]

OPERATORS = frozenset({"eq", "gt", "gte", "lt", "lte"})
#: Kinds that take `.gt:` and the like.
RANGED: frozenset[Kind] = frozenset({"int", "float", "date"})

TAG_COUNTS = tuple(
    f"{category}_tag_count"
    for category in (
        "error", "rating", "origin", "character", "oc", "species", "body_type",
        "content_fanmade", "content_official", "spoiler",
    )
)  # fmt: skip

_SHARED: dict[Kind, tuple[str, ...]] = {
    "int": ("id", "width", "height", "comment_count", "score", "upvotes", "downvotes", "faves",
            "tag_count"),
    "float": ("aspect_ratio", "wilson_score"),
    "date": ("created_at", "updated_at", "first_seen_at"),
    "literal": ("faved_by", "orig_sha512_hash", "sha512_hash", "uploader", "source_url",
                "original_format"),
    "text": ("description",),
}  # fmt: skip
_PHILOMENA: dict[Kind, tuple[str, ...]] = {
    "int": ("hides", "pixels", "size", "orig_size", "source_count", *TAG_COUNTS),
    "numeric": ("uploader_id", "faved_by_id", "duplicate_id"),
    "float": ("duration",),
    "literal": ("mime_type", "file_name"),
    "bool": ("animated", "processed", "thumbnails_generated"),
    "custom": ("gallery_id", "filter_id", "my"),
}
_MODERATOR: dict[Kind, tuple[str, ...]] = {
    "numeric": ("upvoted_by_id", "downvoted_by_id", "true_uploader_id", "hidden_by_id",
                "deleted_by_user_id"),
    "literal": ("fingerprint", "upvoted_by", "downvoted_by", "true_uploader", "hidden_by",
                "deleted_by_user"),
    "text": ("deletion_reason", "scratchpad"),
    "ip": ("ip",),
    "bool": ("anonymous", "deleted"),
}  # fmt: skip
_TWIBOORU: dict[Kind, tuple[str, ...]] = {
    "int": ("uploader_id", "faved_by_id"),
    "custom": ("gallery_id", "my"),
}


def _table(*parts: dict[Kind, tuple[str, ...]]) -> Mapping[str, Kind]:
    return MappingProxyType(
        {name: kind for part in parts for kind, names in part.items() for name in names}
    )


PHILOMENA = _table(_SHARED, _PHILOMENA)
PHILOMENA_MODERATOR = _table(_SHARED, _PHILOMENA, _MODERATOR)
TWIBOORU = _table(_SHARED, _TWIBOORU)

#: Whole numbers are kept; the other numbers are single-precision in the sites' index.
WHOLE = frozenset(name for name, kind in PHILOMENA_MODERATOR.items() if kind in {"int", "numeric"})
DATES = frozenset(name for name, kind in PHILOMENA_MODERATOR.items() if kind == "date")
#: Values whose letters keep their case.
CASE_KEPT = frozenset({"file_name"})

#: Fields that one body never decides.
NEVER_DECIDED = (
    frozenset({"faved_by", "faved_by_id", "gallery_id", *TAG_COUNTS})
    | frozenset(name for names in _MODERATOR.values() for name in names)
) - {"deleted"}
#: Fields that a body decides only sometimes: for want of a stemmer, of the filter, of a key.
SOMETIMES_DECIDED = frozenset({"description", "filter_id", "my"})

MY_VALUES = frozenset({"faves", "upvotes", "downvotes", "uploads", "hidden", "subs", "watched"})


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a query is read: that decides which fields there are (reference: boards, 2.5).

    `filters` are the ids of the filters that may be named; `None` lets any number through.
    """

    user: bool = False
    moderator: bool = False
    inside: Literal["", "filter", "watchlist"] = ""
    filters: frozenset[int] | None = None

    def fields(self, dialect: Dialect) -> Mapping[str, Kind]:
        """Return the fields that this reader can name in the dialect, with their kinds."""
        if dialect == "twibooru":
            return TWIBOORU
        return PHILOMENA_MODERATOR if self.moderator else PHILOMENA


ANONYMOUS = Reader()


def split_field(term: str) -> tuple[str, str, str] | None:
    """Split `name.op:value` into name, operator (`eq` where none is said) and value."""
    head, colon, value = term.partition(":")
    if not colon:
        return None
    name, dot, operator = head.rpartition(".")
    if dot and operator in OPERATORS:
        return name, operator, value
    return head, "eq", value
