"""Changing what a server or one of its channels hides, spoilers and shows all the same."""

from msgspec import Struct

from bot.policies import GuildWishes, Policies, read_wishes
from bot.safety import PRESET, Action
from bot.site_filters import SiteFilterReader
from bot.sites import Sites
from bot.store import Filter, SiteFilter, Store, Subject, Transaction
from bot.texts import _

from .subjects import FilterRefusedError, Subjects, read_subjects

#: Of one server with all its channels (reference: safety, 5).
MOST_RULES = 500
MOST_SITE_FILTERS = 10


class Place(Struct, frozen=True, kw_only=True):
    """Where a filter holds, and who sets it."""

    guild_id: int
    channel_id: int | None = None
    actor_id: int | None = None


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
        """Return what somebody's words are about; raises as `read_subjects` does."""
        return await read_subjects(self._sites, tags, query, site)

    async def put(self, place: Place, kind: Action, subjects: Subjects) -> None:
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
                kind=Action.HIDE,
                subject=Subject.TAG,
                expression=tag,
                created_by=place.actor_id,
            )
            for tag in tags
        ]
        if rules:
            await self._put(place, "filter.preset", rules)
        return len(rules)

    async def lift(self, place: Place, kind: Action, subjects: Subjects) -> Lifted:
        """Take back rules of that kind in a place, or lift there what comes from elsewhere."""
        removed, shown, absent = [], [], []
        async with self._store.write() as tx:
            for subject, expression in subjects.all:
                gone = await tx.filters.remove(
                    place.guild_id, place.channel_id, subject, [expression],
                    kind=kind, site=subjects.site,
                )  # fmt: skip
                wishes = await read_wishes(tx, place.guild_id)
                rule = Filter(
                    guild_id=place.guild_id,
                    channel_id=place.channel_id,
                    kind=Action.SHOW,
                    subject=subject,
                    expression=expression,
                    site=subjects.site,
                    created_by=place.actor_id,
                )
                if _lifts_something(rule, wishes, kind):
                    await tx.filters.put([rule])
                    shown.append(expression)
                elif gone:
                    removed.append(expression)
                else:
                    absent.append(expression)
            if shown:
                await _check_rules(tx, place)
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

        Raises FilterRefusedError where there are too many, and as `SiteFilterReader.again` does.
        """
        wishes = await self.wishes(place.guild_id)
        known = {(one.channel_id, one.site, one.filter_id) for one in wishes.site_filters}
        new = (place.channel_id, site, filter_id)
        _check_site_filters(len(known | {new}))
        found = await self._reader.read(
            place.guild_id, place.channel_id, site, filter_id, by=place.actor_id
        )
        async with self._store.write() as tx:
            await tx.site_filters.put(found)
            # Others may have been put in use while the site was asked.
            _check_site_filters(len(await tx.site_filters.of_guild(place.guild_id)))
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
            await _check_rules(tx, place)
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


async def _check_rules(tx: Transaction, place: Place) -> None:
    """Refuse too many rules; inside the transaction that puts them, so that none is kept."""
    if await tx.filters.count(place.guild_id) > MOST_RULES:
        raise FilterRefusedError(
            _("A server has at most {count} rules. Remove some first.").format(count=MOST_RULES)
        )


def _check_site_filters(count: int) -> None:
    if count > MOST_SITE_FILTERS:
        raise FilterRefusedError(
            _("A server uses at most {count} site filters.").format(count=MOST_SITE_FILTERS)
        )


def _lifts_something(shown: Filter, wishes: GuildWishes, kind: Action) -> bool:
    """Tell whether a rule from elsewhere does to these words what is to be lifted here."""
    written = any(
        rule.kind is kind
        and (rule.subject, rule.expression) == (shown.subject, shown.expression)
        and _is_of(rule.site, shown.site)
        for rule in wishes.filters
        if rule.channel_id is None and shown.channel_id is not None
    )
    return written or any(
        shown.expression in _words(one, kind, shown.subject)
        for one in wishes.site_filters
        if one.channel_id in {None, shown.channel_id} and _is_of(one.site, shown.site)
    )


def _is_of(site: str, shown_site: str) -> bool:
    """Tell whether a rule for a site, or for all, is lifted at least in part on another, or all."""
    return not site or not shown_site or site == shown_site


def _words(one: SiteFilter, kind: Action, subject: Subject) -> tuple[str, ...]:
    hides = kind is Action.HIDE
    if subject is Subject.TAG:
        return one.hidden_tags if hides else one.spoilered_tags
    return (one.hidden_query if hides else one.spoilered_query,)


def _subject(place: Place) -> str:
    return "" if place.channel_id is None else f"channel {place.channel_id}"
