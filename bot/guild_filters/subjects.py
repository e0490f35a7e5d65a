"""What somebody's words are about: tags by their canonical names, and queries that decide."""

import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from bot.policies import dialect_of
from bot.posts.tags import clean_tag_name
from bot.query import QueryError, parse
from bot.query.fields import NEVER_DECIDED
from bot.sites import NotFound, SiteError, Sites
from bot.store import Subject
from bot.texts import RefusedError, _

#: Tags that one command names, each of which its site is asked for.
MOST_TAGS = 20


class FilterRefusedError(RefusedError):
    """A filter cannot be set as wished; `message` says why, for people."""


class Subjects(Struct, frozen=True):
    """What filters are about: canonical tags, a query, or both."""

    tags: tuple[str, ...] = ()
    query: str = ""
    site: str = ""
    notes: tuple[str, ...] = ()
    """What was made of the words that somebody gave, for people."""

    @property
    def all(self) -> tuple[tuple[Subject, str], ...]:
        """Return each with its kind."""
        query = ((Subject.QUERY, self.query),) if self.query else ()
        return (*((Subject.TAG, tag) for tag in self.tags), *query)


async def read_subjects(sites: Sites, tags: str, query: str, site: str) -> Subjects:
    """Return what somebody's words are about, tags by their canonical names.

    `tags` has commas between them. Raises QueryError for a query that cannot be read and
    FilterRefusedError for one that no post decides, or where there is nothing or too much.
    """
    if not tags.strip() and not query.strip():
        raise FilterRefusedError(_("Please name at least one tag, or give a query."))
    names, notes = await _canonical(sites, _names(tags), site)
    return Subjects(names, checked_query(query, site), site, notes)


async def _canonical(
    sites: Sites, names: Sequence[str], site: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the canonical names, and what to tell about those that are others."""
    board = sites.boards.get(site) or next(iter(sites.boards.values()), None)
    found: dict[str, None] = {}
    notes: list[str] = []
    for name in names:
        canonical = name
        try:
            if board is not None:
                canonical = clean_tag_name((await board.tag(name)).name)
                if canonical != name:
                    notes.append(
                        _("“{alias}” is another name for “{tag}”.").format(
                            alias=name, tag=canonical
                        )
                    )
        except NotFound:
            notes.append(
                _("{site} has no tag “{tag}”; I take it as you wrote it.").format(
                    site=board.site.title if board else site, tag=name
                )
            )
        except SiteError:
            notes.append(_("I could not look “{tag}” up and take it as written.").format(tag=name))
        found[canonical] = None
    return tuple(found), tuple(notes)


def _names(text: str) -> tuple[str, ...]:
    pieces = (clean_tag_name(unicodedata.normalize("NFC", piece)) for piece in text.split(","))
    names = tuple(dict.fromkeys(piece for piece in pieces if piece))
    if len(names) > MOST_TAGS:
        raise FilterRefusedError(
            _("Please name at most {count} tags at a time.").format(count=MOST_TAGS)
        )
    return names


def checked_query(text: str, site: str) -> str:
    """Return a query in the form that is kept; empty for none.

    Raises QueryError where it cannot be read, and where no post alone decides it.
    """
    query = unicodedata.normalize("NFC", text.strip())
    if not query:
        return ""
    undecided = parse(query, dialect_of(site)).undecidable & NEVER_DECIDED
    if undecided:
        raise QueryError(
            _("A post alone does not say {fields}, so a filter cannot go by it.").format(
                fields=", ".join(sorted(undecided))
            )
        )
    return query
