"""A server's feeds at work, and how tests change them."""

from typing import Any

from msgspec import structs

from bot.clock import SYSTEM_CLOCK
from bot.feeds.aliases import AliasBook
from bot.feeds.announce import Announcer
from bot.feeds.roster import Roster
from bot.guild_feeds import Added, GuildFeeds
from bot.policies import Policies, Where
from bot.safety import ChannelFacts, ChannelKind
from bot.sites import Sites
from bot.store import (
    Store,
    Subscription,
)
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD

WHERE = Where(guild_id=GUILD, channel_id=CHANNEL)
ADULT = structs.replace(
    WHERE, facts=ChannelFacts(kind=ChannelKind.TEXT, nsfw=True, guild_available=True)
)
BOSS = 99


class AtWork:
    """Feeds that learn and queue like the real ones, and remember what they were told."""

    def __init__(
        self, store: Store, policies: Policies, sites: Sites, discord: MemoryDiscord
    ) -> None:
        self.roster = Roster(store)
        self.announcer = Announcer(self.roster, policies, discord, SYSTEM_CLOCK)
        self.aliases = AliasBook(sites, store, self.roster, SYSTEM_CLOCK)
        self.told: list[int] = []

    async def changed(self, *subscription_ids: int) -> None:
        self.told += subscription_ids
        await self.roster.changed(*subscription_ids)


def wish(clock: MovableClock, **changes: Any) -> Subscription:
    usual: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "site": "derpibooru",
        "query": "pony",
        "since": clock.now(),
        "created_at": clock.now(),
    }
    return Subscription(**(usual | changes))


async def add(feeds: GuildFeeds, clock: MovableClock, where: Where = WHERE, **wants: Any) -> Added:
    return await feeds.add(wish(clock, **wants), where, actor_id=BOSS)


async def actions(store: Store) -> list[tuple[str, str]]:
    async with store.read() as tx:
        return [(one.action, one.subject) for one in reversed(await tx.audit.recent(GUILD))]
