"""What holds for every change to a server's feeds, and what is noted of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct, structs

from bot.feeds.announce import Announcer
from bot.feeds.preflight import Preflight
from bot.feeds.wishes import FeedRefusedError, checked, first_time
from bot.query import Query
from bot.store import FeedKind, Rhythm, Subscription, Transaction
from bot.texts import _

#: Posts of before that a new feed may begin with.
MOST_BACKFILL = 10
#: Fields of which a change is a change of what is wished for; the others are the bot's own.
FIELDS = (
    "channel_id", "site", "query", "rhythm", "at_minute", "weekday", "settle", "min_score",
    "quiet_from", "quiet_until", "cap", "role_id", "forum_tags", "publish", "spoiler", "template",
)  # fmt: skip


class Learner(Protocol):
    """Who knows what tags are other names of which."""

    async def learn(self, site: str, query: Query, /) -> None:
        """Look up what the tags that a query names are other names of."""


class Running(Protocol):
    """The feeds at work, as far as whoever changes them needs them."""

    @property
    def announcer(self) -> Announcer:
        """Return what puts posts into the outbox."""

    @property
    def aliases(self) -> Learner:
        """Return what looks tags up."""

    async def changed(self, *subscription_ids: int) -> None:
        """Work with these as they are by now, also where they are gone."""


class Overview(Struct, frozen=True, kw_only=True):
    """A server's feeds and schedules, and how they do."""

    subscriptions: tuple[Subscription, ...]
    zone: str
    """The server's time zone, which their times of day are of."""
    told: Mapping[int, datetime]
    """When each last had something told."""
    owed: Mapping[int, int]
    """How many posts wait for each."""
    out: Mapping[str, datetime] = {}
    """The sites that do not answer, and since when."""
    panic: bool = False
    """Whether the operator stopped all pictures."""


class Added(Struct, frozen=True, kw_only=True):
    """A new feed or schedule."""

    subscription: Subscription
    preflight: Preflight
    zone: str
    """The server's time zone, which its times of day are of."""
    backfilled: int = 0
    """How many posts of before it begins with."""
    beside: tuple[int, ...] = ()
    """The other schedules of its channel, which a schedule has an hour in common with."""


class Edited(Struct, frozen=True, kw_only=True):
    """A change, as it was made."""

    before: Subscription
    after: Subscription
    preflight: Preflight | None = None
    """What its site says of a new query; `None` where the query is the old one."""


def told(one: Subscription) -> dict[str, Any]:
    """Return what was wished for, as the audit list keeps it: only what differs from the usual."""
    fields = {info.name: info for info in structs.fields(Subscription)}
    named: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(one, name)
        if value != fields[name].default:
            named[name] = value
    return named


def times(one: Subscription) -> tuple[object, ...]:
    """Return what decides when a period of it ends."""
    return one.rhythm, one.at_minute, one.weekday


def changed(old: Subscription, changes: Mapping[str, Any]) -> Subscription:
    """Return one with the named fields changed, as it is kept; raises FeedRefusedError."""
    if old.rhythm is Rhythm.HOURLY and changes.get("rhythm", old.rhythm) is not old.rhythm:
        # What was a minute of every hour is no time of the day.
        changes = {"at_minute": None, **changes}
    return checked(structs.replace(old, **changes))


async def retime(tx: Transaction, guild_id: int, now: datetime) -> tuple[int, ...]:
    """Let a server's periods end by the time zone that it has now; return the ids of its own.

    Inside the transaction that changes the zone; whoever works with them is told after it.
    """
    zone = (await tx.guilds.get(guild_id)).time_zone
    timed = [
        one for one in await tx.subscriptions.of_guild(guild_id) if one.rhythm is not Rhythm.EACH
    ]
    for one in timed:
        await tx.subscriptions.advance(one.id, first_time(one, now, zone))
    return tuple(one.id for one in timed)


async def own(tx: Transaction, guild_id: int, subscription_id: int) -> Subscription:
    """Return one of a server's own; raises FeedRefusedError."""
    found = await tx.subscriptions.get(subscription_id)
    if found is None or found.guild_id != guild_id:
        raise FeedRefusedError(
            _("There is no such feed or schedule here. Begin to type and choose one from the list.")
        )
    return found


async def check_twin(tx: Transaction, wish: Subscription) -> None:
    """Refuse the same wish twice in one channel."""
    for one in await tx.subscriptions.of_channel(wish.channel_id):
        same = (one.kind, one.site, one.query) == (wish.kind, wish.site, wish.query)
        if one.id != wish.id and same:
            raise FeedRefusedError(
                _("That channel has the same one already: number {id}.").format(id=one.id)
            )


async def schedules_beside(tx: Transaction, one: Subscription) -> tuple[int, ...]:
    """Return the ids of the other schedules that go to the channel of a schedule (rule D11)."""
    if one.kind is not FeedKind.RANDOM:
        return ()
    others = await tx.subscriptions.of_channel(one.channel_id)
    return tuple(each.id for each in others if each.kind is FeedKind.RANDOM and each.id != one.id)


async def owe_anew(tx: Transaction, old: Subscription, new: Subscription) -> None:
    """Let what is owed go as the subscription wants it by now."""
    if new.channel_id != old.channel_id:
        await tx.history.move(new.id, new.channel_id)
    if new.rhythm is Rhythm.EACH and old.rhythm is not Rhythm.EACH:
        await tx.history.release(new.id)


async def note(
    tx: Transaction,
    one: Subscription,
    action: str,
    actor_id: int,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write a change into the audit list."""
    what = "feed" if one.kind is FeedKind.FEED else "schedule"
    await tx.audit.add(
        one.guild_id,
        f"{what}.{action}",
        actor_id=actor_id,
        subject=f"{what} {one.id}",
        before=before,
        after=after,
    )
