"""Feeds and schedules in a server's settings file: written, checked, and put in place of others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct, structs

from bot.catalogue import CATALOGUE
from bot.feeds.proofreading import read_query
from bot.feeds.wishes import checked, first_time
from bot.store import FeedKind, Rhythm, Subscription, Transaction
from bot.texts import _

_Id: TypeAlias = Annotated[int, Meta(ge=1, le=2**63 - 1)]
_Minute: TypeAlias = Annotated[int, Meta(ge=0, le=24 * 60 - 1)]
_Text: TypeAlias = Annotated[str, Meta(max_length=500)]


class FeedPart(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One feed or schedule; no member is named in it, nor how it does."""

    kind: FeedKind = FeedKind.FEED
    channel_id: _Id
    site: _Text
    query: _Text = ""
    rhythm: Rhythm = Rhythm.EACH
    at_minute: _Minute | None = None
    weekday: Annotated[int, Meta(ge=0, le=6)] | None = None
    settle: int = 0
    min_score: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    quiet_from: _Minute | None = None
    quiet_until: _Minute | None = None
    cap: int | None = None
    role_id: _Id | None = None
    forum_tags: Annotated[tuple[_Id, ...], Meta(max_length=5)] = ()
    publish: bool = False
    spoiler: bool = False
    template: _Text = ""


def part_of(one: Subscription) -> FeedPart:
    """Return what a file says of a feed."""
    return FeedPart(**{name: getattr(one, name) for name in FeedPart.__struct_fields__})


def wish_of(part: FeedPart, guild_id: int, now: datetime) -> Subscription:
    """Return the wish that a file means; raises FeedRefusedError and QueryError."""
    fields: dict[str, Any] = structs.asdict(part)
    wish = checked(Subscription(guild_id=guild_id, since=now, created_at=now, **fields))
    read_query(wish.query, CATALOGUE[wish.site])
    return wish


async def replace_feeds(
    tx: Transaction, guild_id: int, wishes: Sequence[Subscription], now: datetime, *, by: int
) -> tuple[int, ...]:
    """Put wishes in the place of all that a server has; return the ids of all that changed.

    One that is there already goes on as it is. The others begin where their site was read to.
    """
    zone = (await tx.guilds.get(guild_id)).time_zone
    wanted = {part_of(wish): wish for wish in wishes}
    ids: list[int] = []
    for one in await tx.subscriptions.of_guild(guild_id):
        ids.append(one.id)
        if wanted.pop(part_of(one), None) is None:
            await tx.announcements.drop_queued(one.id, "feed", _("Its feed was removed."))
            await tx.subscriptions.remove(guild_id, one.id)
    for wish in wanted.values():
        kept = await tx.subscriptions.add(
            structs.replace(
                wish,
                since=await tx.tails.beginning(wish.site),
                next_at=first_time(wish, now, zone),
                created_by=by,
                created_at=now,
            )
        )
        ids.append(kept.id)
    return tuple(ids)
