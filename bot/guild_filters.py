"""Changing what a server or one of its channels hides, spoilers and shows all the same."""

import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from bot.policies import GuildWishes, Policies, dialect_of, read_wishes
from bot.posts.tags import clean_tag_name
from bot.query import QueryError, parse
from bot.query.fields import NEVER_DECIDED
from bot.safety import PRESET
from bot.site_filters import FilterUnusableError, SiteFilterReader
from bot.sites import NotFound, SiteError, Sites
from bot.store import Filter, Kind, SiteFilter, Store, Subject
from bot.texts import _

#: Of one server with all its channels (reference: safety, 5).
MOST_RULES = 500
MOST_SITE_FILTERS = 10
#: Tags that one command names, each of which its site is asked for.
MOST_TAGS = 20


class FilterRefusedError(Exception):
    """A filter cannot be set as wished; `message` says why, for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Place(Struct, frozen=True, kw_only=True):
    """Where a filter holds, and who sets it."""

    guild_id: int
    channel_id: int | None = None
    actor_id: int | None = None


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


class Lifted(Struct, frozen=True):
    """What came of lifting rules."""

    removed: tuple[str, ...]
    shown: tuple[str, ...]
    """Lifted here alone, since the rule is the server's or a site filter's."""
    absent: tuple[str, ...]
    """No rule was about them."""


class GuildFilters:
    """The changes, each written with its line in the audit list."""

    def __init__(
        self, store: Store, policies: Policies, sites: Sites, reader: SiteFilterReader
    ) -> None:
        self._store = store
        self._policies = policies
        self._sites = sites
        self._reader = reader

    async def wishes(self, guild_id: int) -> GuildWishes:
        """Return everything that a server has set."""
        async with self._store.read() as tx:
            return await read_wishes(tx, guild_id)

    async def read(self, tags: str, query: str, site: str) -> Subjects:
        """Return what somebody's words are about, tags by their canonical names.

        `tags` has commas between them. Raises QueryError for a query that cannot be read and
        FilterRefusedError for one that no post decides, or where there is nothing or too much.
        """
        if not tags.strip() and not query.strip():
            raise FilterRefusedError(_("Please name at least one tag, or give a query."))
        names, notes = await self._canonical(_names(tags), site)
        return Subjects(names, _checked_query(query, site), site, notes)

    async def put(self, place: Place, kind: Kind, subjects: Subjects) -> None:
        """Hide or spoiler, from now on, in place of what was set for the same words there."""
        rules = [
            Filter(
                guild_id=place.guild_id,
                channel_id=place.channel_id,
                kind=kind,
                subject=subject,
                expression=expression,
                site=subjects.site,
                created_by=place.actor_id,
            )
            for subject, expression in subjects.all
        ]
        await self._put(place, f"filter.{kind.value}", rules)

    async def preset(self, place: Place) -> int:
        """Hide the tags of the default list that nothing is set for yet; return how many."""
        wishes = await self.wishes(place.guild_id)
        known = {
            rule.expression
            for rule in wishes.filters
            if rule.channel_id == place.channel_id and not rule.site
        }
        tags = tuple(one.tag for one in PRESET if one.tag not in known)
        rules = [
            Filter(
                guild_id=place.guild_id,
                channel_id=place.channel_id,
                kind=Kind.HIDE,
                subject=Subject.TAG,
                expression=tag,
                created_by=place.actor_id,
            )
            for tag in tags
        ]
        if rules:
            await self._put(place, "filter.preset", rules)
        return len(rules)

    async def lift(self, place: Place, kind: Kind, subjects: Subjects) -> Lifted:
        """Take back rules of that kind in a place, or lift there what comes from elsewhere."""
        removed, shown, absent = [], [], []
        async with self._store.write() as tx:
            for subject, expression in subjects.all:
                gone = await tx.filters.remove(
                    place.guild_id, place.channel_id, subject, [expression],
                    kind=kind, site=subjects.site,
                )  # fmt: skip
                wishes = await read_wishes(tx, place.guild_id)
                if _still_concerned(wishes, place, kind, expression):
                    rule = Filter(
                        guild_id=place.guild_id,
                        channel_id=place.channel_id,
                        kind=Kind.SHOW,
                        subject=subject,
                        expression=expression,
                        site=subjects.site,
                        created_by=place.actor_id,
                    )
                    await tx.filters.put([rule])
                    shown.append(expression)
                elif gone:
                    removed.append(expression)
                else:
                    absent.append(expression)
            if removed or shown:
                await tx.audit.add(
                    place.guild_id,
                    f"filter.un{kind.value}",
                    actor_id=place.actor_id,
                    subject=_subject(place),
                    before=[*removed, *shown],
                )
        self._policies.forget(place.guild_id)
        return Lifted(tuple(removed), tuple(shown), tuple(absent))

    async def use_site_filter(self, place: Place, site: str, filter_id: int) -> SiteFilter:
        """Use a site's public filter from now on; return what it says.

        Raises FilterRefusedError for one that cannot be used, SiteError as its site does.
        """
        wishes = await self.wishes(place.guild_id)
        known = {(one.channel_id, one.site, one.filter_id) for one in wishes.site_filters}
        new = (place.channel_id, site, filter_id)
        if len(known | {new}) > MOST_SITE_FILTERS:
            raise FilterRefusedError(
                _("A server uses at most {count} site filters.").format(count=MOST_SITE_FILTERS)
            )
        try:
            found = await self._reader.read(
                place.guild_id, place.channel_id, site, filter_id, by=place.actor_id
            )
        except FilterUnusableError as error:
            raise FilterRefusedError(error.message) from error
        async with self._store.write() as tx:
            await tx.site_filters.put(found)
            await tx.audit.add(
                place.guild_id,
                "filter.site-filter",
                actor_id=place.actor_id,
                subject=_subject(place),
                after={"site": site, "filter": filter_id, "name": found.name},
            )
        self._policies.forget(place.guild_id)
        return found

    async def drop_site_filter(self, place: Place, site: str, filter_id: int) -> bool:
        """Stop using a site's filter in a place; return whether it was used there."""
        async with self._store.write() as tx:
            gone = await tx.site_filters.remove(place.guild_id, place.channel_id, site, filter_id)
            if gone:
                await tx.audit.add(
                    place.guild_id,
                    "filter.site-filter",
                    actor_id=place.actor_id,
                    subject=_subject(place),
                    before={"site": site, "filter": filter_id},
                )
        self._policies.forget(place.guild_id)
        return gone

    async def _put(self, place: Place, action: str, rules: list[Filter]) -> None:
        async with self._store.write() as tx:
            before = await tx.filters.of_guild(place.guild_id)
            await tx.filters.put(rules)
            if await tx.filters.count(place.guild_id) > MOST_RULES:
                # Raised inside the transaction, so nothing of it is kept.
                raise FilterRefusedError(
                    _("A server has at most {count} rules. Remove some first.").format(
                        count=MOST_RULES
                    )
                )
            named = {rule.expression for rule in rules}
            await tx.audit.add(
                place.guild_id,
                action,
                actor_id=place.actor_id,
                subject=_subject(place),
                before={
                    rule.expression: rule.kind
                    for rule in before
                    if rule.channel_id == place.channel_id and rule.expression in named
                }
                or None,
                after=[rule.expression for rule in rules],
            )
        self._policies.forget(place.guild_id)

    async def _canonical(
        self, names: Sequence[str], site: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the canonical names, and what to tell about those that are others."""
        board = self._sites.boards.get(site) or next(iter(self._sites.boards.values()), None)
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
                notes.append(
                    _("I could not look “{tag}” up and take it as written.").format(tag=name)
                )
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


def _checked_query(text: str, site: str) -> str:
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


def _still_concerned(wishes: GuildWishes, place: Place, kind: Kind, expression: str) -> bool:
    """Tell whether a rule from elsewhere still does to these words what is to be lifted."""
    above = place.channel_id is not None and any(
        rule.channel_id is None and rule.kind is kind and rule.expression == expression
        for rule in wishes.filters
    )
    lists = (
        one.hidden_tags if kind is Kind.HIDE else one.spoilered_tags
        for one in wishes.site_filters
        if one.channel_id in {None, place.channel_id}
    )
    return above or any(expression in names for names in lists)


def _subject(place: Place) -> str:
    return "" if place.channel_id is None else f"channel {place.channel_id}"
