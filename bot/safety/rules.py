"""What servers, channels and imported site filters hide or put behind a spoiler."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, structs

from bot.posts.model import Post
from bot.posts.rating import fold
from bot.posts.shown import shown_tags
from bot.query import Dialect, Filter, Query, QueryError, Verdict, parse, parse_filter
from bot.query.tree import EVERYTHING
from bot.texts import _

#: Longest expression that is repeated to people, in characters.
_REPEATED = 60


class Action(StrEnum):
    """What a rule does to the posts that it concerns."""

    HIDE = "hide"
    SPOILER = "spoiler"
    SHOW = "show"
    """In a channel: show what the server hides or spoilers, or a site's filter there."""


class Place(StrEnum):
    """Who made a rule."""

    SERVER = "server"
    CHANNEL = "channel"


class Rule(Struct, frozen=True, kw_only=True):
    """One rule in force: a tag, or a query with the tag ids that a site's filter has beside it."""

    action: Action
    place: Place = Place.SERVER
    expression: str = ""
    """The tag, or the query as it was written: untrusted text."""
    query: Query | None = None
    """The query as it was read; `None` in a rule for a tag."""
    tag_ids: frozenset[int] = frozenset()
    """Of the site's own numbers, for imported filters whose tags have no names here."""
    site: str = ""
    """The only site that it is for, by its catalogue name; empty: every site."""
    except_sites: frozenset[str] = frozenset()
    filter_name: str = ""
    """The imported site filter that it comes from: untrusted text."""

    def applies(self, post: Post, folded: frozenset[str], now: datetime) -> bool:
        """Tell whether the rule concerns a post whose folded tags are `folded`.

        What the post does not decide counts as concerned: an undecidable query hides.
        """
        if (self.site and self.site != post.site) or post.site in self.except_sites:
            return False
        if self.query is None:
            return fold(self.expression) in folded
        verdict: Verdict = Filter(self.tag_ids, self.query.tree, readable=True).hides(post, now=now)
        return verdict is not False

    @property
    def label(self) -> str:
        """Name the rule for those who may change it; the expression is untrusted text."""
        return self._named(self.expression[:_REPEATED])

    @property
    def public_label(self) -> str:
        """Name the rule for everybody, without words unfit for a channel that all may read."""
        fit = self.query is None and bool(shown_tags((self.expression,)))
        return self._named(self.expression[:_REPEATED] if fit else "")

    def _named(self, expression: str) -> str:
        if self.filter_name or self.tag_ids:
            texts = {
                Place.SERVER: _("site filter of this server: {name}"),
                Place.CHANNEL: _("site filter of this channel: {name}"),
            }
            return texts[self.place].format(name=self.filter_name[:_REPEATED] or "?")
        if self.query is not None:
            texts = {
                Place.SERVER: _("rule of this server: query {expression}"),
                Place.CHANNEL: _("rule of this channel: query {expression}"),
            }
        else:
            texts = {
                Place.SERVER: _("rule of this server: tag {expression}"),
                Place.CHANNEL: _("rule of this channel: tag {expression}"),
            }
        return texts[self.place].format(expression=expression or "…")

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what tells rules apart, in a form that is equal in every process."""
        digest = "" if self.query is None else self.query.normal.digest.hex()
        return (
            self.action.value, self.place.value, self.expression, digest, sorted(self.tag_ids),
            self.site, sorted(self.except_sites), self.filter_name,
        )  # fmt: skip


class Written(Struct, frozen=True, kw_only=True):
    """A rule as a member wrote it and a store keeps it."""

    action: Action
    expression: str
    place: Place = Place.SERVER
    is_query: bool = False
    dialect: Dialect = "philomena"
    """The language of a query."""
    site: str = ""


class Imported(Struct, frozen=True, kw_only=True):
    """A site's public filter as it was last read.

    It holds for posts of its `site`; empty, for those of every site (but numbers of tags mean
    something on their own site only).
    """

    site: str
    name: str
    place: Place = Place.SERVER
    dialect: Dialect = "philomena"
    hidden_tags: tuple[str, ...] = ()
    spoilered_tags: tuple[str, ...] = ()
    hidden_tag_ids: tuple[int, ...] = ()
    spoilered_tag_ids: tuple[int, ...] = ()
    hidden_query: str = ""
    """Its lines are alternatives; if it cannot be read it concerns every post, as on the site."""
    spoilered_query: str = ""


def rules_of(written: Iterable[Written], imported: Iterable[Imported]) -> tuple[Rule, ...]:
    """Return the rules in force in a channel: the server's, what it lifts of them, its own.

    A query that can no longer be read concerns every post: it was meant to keep something away.
    """
    given, filters = list(written), list(imported)
    found: list[Rule] = []
    for place in Place:
        # What a place shows lifts what came before it and its own imported filters.
        found += [rule for each in filters if each.place is place for rule in _of_filter(each)]
        for shown in given:
            if shown.place is place and shown.action is Action.SHOW:
                found = [rule for old in found for rule in _lifted(old, shown)]
        found += [
            _of_member(each)
            for each in given
            if each.place is place and each.action is not Action.SHOW
        ]
    return tuple(found)


def _of_member(written: Written) -> Rule:
    return Rule(
        action=written.action,
        place=written.place,
        expression=written.expression,
        query=_read(written.expression, written.dialect) if written.is_query else None,
        site=written.site,
    )


def _read(text: str, dialect: Dialect) -> Query:
    try:
        return parse(text, dialect)
    except QueryError:
        return Query(EVERYTHING)


def _of_filter(imported: Imported) -> Iterable[Rule]:
    parts = (
        (Action.HIDE, imported.hidden_tags, imported.hidden_tag_ids, imported.hidden_query),
        (
            Action.SPOILER, imported.spoilered_tags, imported.spoilered_tag_ids,
            imported.spoilered_query,
        ),
    )  # fmt: skip
    for action, names, ids, text in parts:
        base = Rule(
            action=action, place=imported.place, site=imported.site, filter_name=imported.name
        )
        for name in names:
            yield structs.replace(base, expression=name)
        if ids or text.strip():
            read = parse_filter(ids, text, dialect=imported.dialect)
            yield structs.replace(
                base, expression=text, query=Query(read.hidden), tag_ids=read.hidden_tag_ids
            )


def _lifted(rule: Rule, shown: Written) -> Iterable[Rule]:
    """Return what is left of a rule where `shown` lifts it: nothing, or all but one site."""
    if (rule.query is not None) is not shown.is_query or rule.expression != shown.expression:
        return (rule,)
    if not shown.site or shown.site == rule.site:
        return ()
    if rule.site:
        return (rule,)
    return (structs.replace(rule, except_sites=rule.except_sites | {shown.site}),)
