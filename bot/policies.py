"""Which policy holds at a place: the operator's, the server's and the channel's wishes together."""

from collections import OrderedDict

from msgspec import Struct

from bot.catalogue import CATALOGUE, Dialect
from bot.safety import (
    ChannelFacts,
    ChannelKind,
    Imported,
    Place,
    Policy,
    Profile,
    Switches,
    Verdict,
    Wishes,
    Written,
    policy_for,
    verdict,
)
from bot.store import Channel, Filter, Guild, SiteFilter, Store, Subject, Transaction

#: What the policy of a place that is not known refuses only because it is not known (rule D6).
OF_PLACE = frozenset({"safety 3.5 rating", "D2"})
#: Servers whose wishes are remembered at a time.
REMEMBERED = 10_000


class Where(Struct, frozen=True, kw_only=True):
    """A place that something is shown at."""

    guild_id: int | None = None
    """`None`: in direct messages."""
    channel_id: int | None = None
    """The channel whose settings and filters hold; of a thread, its parent."""
    facts: ChannelFacts = ChannelFacts()


class GuildWishes(Struct, frozen=True):
    """All that a server and its channels have set about what they see."""

    guild: Guild
    channels: tuple[Channel, ...]
    filters: tuple[Filter, ...]
    site_filters: tuple[SiteFilter, ...]


class _Known:
    """A server's wishes, and the policies already made of them."""

    def __init__(self, wishes: GuildWishes) -> None:
        self.wishes = wishes
        self.policies: dict[tuple[int | None, Verdict], Policy] = {}


class Policies:
    """The policies of places, remembered until something that they are made of changes.

    Whoever changes a server's wishes calls `forget`, whoever turns a switch of the operator's
    `forget_switches`, after the transaction. `graphic` is the operator's opt-in (rule D2). Reading
    raises StoreError where the database cannot be read: then nothing is shown.
    """

    def __init__(
        self,
        store: Store,
        *,
        profile: Profile | str = Profile.SAFE,
        graphic: bool = False,
        remembered: int = REMEMBERED,
    ) -> None:
        self.profile = Profile(profile)
        self._store = store
        self._graphic = graphic
        self._remembered = remembered
        self._guilds: OrderedDict[int, _Known] = OrderedDict()
        self._switches: Switches | None = None
        #: Grows with every change: what was read before one is not remembered after it.
        self._epoch = 0

    async def of(self, where: Where) -> Policy:
        """Return the policy of a place, of what holds when it is returned."""
        epoch = self._epoch
        switches = await self.switches()
        known = None if where.guild_id is None else await self._known(where.guild_id)
        if epoch != self._epoch:
            # Something changed while its parts were read: they may not belong together.
            return await self.of(where)
        if known is None:
            return policy_for(self.profile, switches=switches)
        seen = verdict(where.facts, self.profile)
        key = (where.channel_id, seen)
        if key not in known.policies:
            known.policies[key] = self._policy(known.wishes, where.channel_id, seen, switches)
        return known.policies[key]

    def is_sure_of(self, where: Where) -> bool:
        """Tell whether what is known of a place is Discord's word, not our caution (D6, F02).

        Of a place that is not known for what it is a rating says nothing that lasts.
        """
        known = where.facts.guild_available and where.facts.kind is not ChannelKind.UNKNOWN
        return known or self.profile is Profile.SAFE

    async def guild(self, guild_id: int) -> Guild:
        """Return a server's settings."""
        return (await self._known(guild_id)).wishes.guild

    async def switches(self) -> Switches:
        """Return the operator's switches."""
        if self._switches is not None:
            return self._switches
        epoch = self._epoch
        async with self._store.read() as tx:
            kept = await tx.denials.switches()
        switches = Switches(
            panic=kept.panic is not None,
            sites=frozenset(kept.sites),
            posts=frozenset(kept.posts),
            artists=frozenset(kept.artists),
        )
        if epoch == self._epoch:
            self._switches = switches
        return switches

    def forget(self, *guild_ids: int) -> None:
        """Read these servers' wishes anew when they are next needed."""
        self._epoch += 1
        for guild_id in guild_ids:
            self._guilds.pop(guild_id, None)

    def forget_switches(self) -> None:
        """Read the operator's switches anew when they are next needed."""
        self._epoch += 1
        self._switches = None
        # Every policy is made of them too.
        self._guilds.clear()

    async def _known(self, guild_id: int) -> _Known:
        known = self._guilds.get(guild_id)
        if known is None:
            epoch = self._epoch
            async with self._store.read() as tx:
                known = _Known(await read_wishes(tx, guild_id))
            if epoch != self._epoch:
                return known
            self._guilds[guild_id] = known
            while len(self._guilds) > self._remembered:
                self._guilds.popitem(last=False)
        self._guilds.move_to_end(guild_id)
        return known

    def _policy(
        self, wishes: GuildWishes, channel_id: int | None, seen: Verdict, switches: Switches
    ) -> Policy:
        return policy_for(
            self.profile,
            seen,
            Wishes(adult=wishes.guild.adult, graphic=wishes.guild.graphic),
            _channel_wishes(wishes, channel_id),
            [_written(one) for one in wishes.filters if one.channel_id in {None, channel_id}],
            [_imported(one) for one in wishes.site_filters if one.channel_id in {None, channel_id}],
            switches,
            graphic=self._graphic,
        )


async def read_wishes(tx: Transaction, guild_id: int) -> GuildWishes:
    """Return what a server has set, as one state of the database has it."""
    return GuildWishes(
        await tx.guilds.get(guild_id),
        await tx.channels.of_guild(guild_id),
        await tx.filters.of_guild(guild_id),
        await tx.site_filters.of_guild(guild_id),
    )


def dialect_of(site: str) -> Dialect:
    """Return in which language a rule for a site is read; one for every site is in Philomena's."""
    row = CATALOGUE.get(site)
    return "philomena" if row is None or row.dialect is None else row.dialect


def _channel_wishes(wishes: GuildWishes, channel_id: int | None) -> Wishes:
    for channel in wishes.channels:
        if channel.id == channel_id:
            return Wishes(adult=channel.adult, graphic=channel.graphic)
    return Wishes()


def _place(channel_id: int | None) -> Place:
    return Place.SERVER if channel_id is None else Place.CHANNEL


def _written(rule: Filter) -> Written:
    return Written(
        action=rule.kind,
        expression=rule.expression,
        place=_place(rule.channel_id),
        is_query=rule.subject is Subject.QUERY,
        dialect=dialect_of(rule.site),
        site=rule.site,
    )


def _imported(one: SiteFilter) -> Imported:
    return Imported(
        site=one.site,
        name=one.name,
        place=_place(one.channel_id),
        dialect=dialect_of(one.site),
        hidden_tags=one.hidden_tags,
        spoilered_tags=one.spoilered_tags,
        hidden_query=one.hidden_query,
        spoilered_query=one.spoilered_query,
    )
