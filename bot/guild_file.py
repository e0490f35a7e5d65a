"""A server's settings as a JSON file: written, read, checked, and compared with what is there."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Literal, TypeAlias
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct, structs

from bot import guild_filters
from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import FeedPart, part_of, wish_of
from bot.guild_filters import (
    MOST_RULES,
    MOST_SITE_FILTERS,
    FilterPart,
    FilterRefusedError,
    SiteFilterPart,
    replace_filters,
)
from bot.policies import GuildWishes
from bot.query import QueryError
from bot.store import Channel, Guild, Subscription, Transaction
from bot.texts import ENGLISH, RefusedError, _, ngettext

#: Bytes that a file may have.
LARGEST = 256 * 1024
_FORMAT: TypeAlias = Literal["mailmare-server-1"]
_MOST_CHANNELS = 500
_MOST_FEEDS = 1000
#: A file says nothing of when its feeds began.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_Id: TypeAlias = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class GuildFileError(RefusedError):
    """A file that cannot be used; `message` says why, for people."""


class ChannelPart(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a channel has of its own."""

    id: _Id
    adult: bool | None = None
    graphic: bool | None = None


class GuildFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    format: _FORMAT = "mailmare-server-1"
    time_zone: str = "UTC"
    language: str = "en"
    manager_role_id: _Id | None = None
    notice_channel_id: _Id | None = None
    adult: bool = False
    graphic: bool = False
    channels: Annotated[tuple[ChannelPart, ...], Meta(max_length=_MOST_CHANNELS)] = ()
    filters: Annotated[tuple[FilterPart, ...], Meta(max_length=MOST_RULES)] = ()
    site_filters: Annotated[tuple[SiteFilterPart, ...], Meta(max_length=MOST_SITE_FILTERS)] = ()
    feeds: Annotated[tuple[FeedPart, ...], Meta(max_length=_MOST_FEEDS)] | None = None
    """`None` in files of before there were any: those of the server stay."""


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the IANA database on this machine; reading them takes a while."""
    return frozenset(available_timezones())


def export(wishes: GuildWishes, feeds: Iterable[Subscription] = ()) -> bytes:
    """Return a server's settings and feeds as a file; no member is named in it."""
    guild = wishes.guild
    file = GuildFile(
        time_zone=guild.time_zone,
        language=guild.language,
        manager_role_id=guild.manager_role_id,
        notice_channel_id=guild.notice_channel_id,
        adult=guild.adult,
        graphic=guild.graphic,
        channels=tuple(ChannelPart(one.id, one.adult, one.graphic) for one in wishes.channels),
        filters=tuple(guild_filters.part_of(one) for one in wishes.filters),
        site_filters=tuple(guild_filters.site_part_of(one) for one in wishes.site_filters),
        feeds=tuple(part_of(one) for one in feeds),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2)


def read(body: bytes, languages: Collection[str] = (ENGLISH,)) -> GuildFile:
    """Return a file's settings; raises GuildFileError with what is wrong in it, and where.

    `languages` are those that are spoken.
    """
    if len(body) > LARGEST:
        raise GuildFileError(_("This file is too large to be one of mine."))
    try:
        file = msgspec.json.decode(body, type=GuildFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise GuildFileError(
            _("This is not a file that /server export made: {reason}").format(reason=error)
        ) from error
    if file.time_zone not in time_zones():
        raise GuildFileError(_("There is no time zone {zone}.").format(zone=file.time_zone))
    if file.language not in languages:
        raise GuildFileError(_("I do not speak {language}.").format(language=file.language))
    for one in file.filters:
        _check_filter(one)
    for site_filter in file.site_filters:
        _check_site_filter(site_filter)
    for feed in file.feeds or ():
        _check_feed(feed)
    return file


def at_home(
    file: GuildFile, *, channels: Collection[int], roles: Collection[int]
) -> tuple[GuildFile, int]:
    """Return what of the file this server can have, and how much was left out.

    Channels and roles of another server mean nothing here.
    """
    known, present = set(channels), set(roles)
    new = structs.replace(
        file,
        manager_role_id=file.manager_role_id if file.manager_role_id in present else None,
        notice_channel_id=file.notice_channel_id if file.notice_channel_id in known else None,
        channels=tuple(one for one in file.channels if one.id in known),
        filters=tuple(one for one in file.filters if one.channel_id in known | {None}),
        site_filters=tuple(one for one in file.site_filters if one.channel_id in known | {None}),
        feeds=None
        if file.feeds is None
        else tuple(
            structs.replace(one, role_id=one.role_id if one.role_id in present else None)
            for one in file.feeds
            if one.channel_id in known
        ),
    )
    return new, _size(file) - _size(new)


def changes(
    old: GuildWishes, new: GuildFile, feeds: Iterable[Subscription] = ()
) -> tuple[str, ...]:
    """Return what a file would change, a line each; nothing where it changes nothing.

    `feeds` are those of the server.
    """
    before = msgspec.json.decode(export(old), type=GuildFile)
    lines = []
    for name, label in (
        ("time_zone", _("time zone")),
        ("language", _("language")),
        ("manager_role_id", _("manager role")),
        ("notice_channel_id", _("channel for notices")),
        ("adult", _("more than safe art")),
        ("graphic", _("violent art")),
    ):
        was, will = getattr(before, name), getattr(new, name)
        if was != will:
            lines.append(_("{what}: {was} → {will}").format(what=label, was=was, will=will))
    more, fewer = _difference(before.filters, new.filters)
    if more:
        lines.append(ngettext("{count} rule more", "{count} rules more", more).format(count=more))
    if fewer:
        lines.append(
            ngettext("{count} rule fewer", "{count} rules fewer", fewer).format(count=fewer)
        )
    more, fewer = _difference(before.site_filters, new.site_filters)
    if more or fewer:
        lines.append(_("site filters: {more} more, {fewer} fewer").format(more=more, fewer=fewer))
    more, fewer = _difference(before.channels, new.channels)
    if more or fewer:
        lines.append(
            _("channels with settings: {more} more, {fewer} fewer").format(more=more, fewer=fewer)
        )
    if new.feeds is not None:
        more, fewer = _difference(map(part_of, feeds), new.feeds)
        if more or fewer:
            lines.append(
                _("feeds and schedules: {more} more, {fewer} fewer").format(more=more, fewer=fewer)
            )
    return tuple(lines)


async def apply(tx: Transaction, guild_id: int, file: GuildFile, *, by: int) -> None:
    """Put a file in the place of everything that a server has set, inside a transaction."""
    await replace_filters(tx, guild_id, file.filters, file.site_filters, by=by)
    for channel in await tx.channels.of_guild(guild_id):
        await tx.channels.put(Channel(id=channel.id, guild_id=guild_id))
    await tx.guilds.put(
        Guild(
            id=guild_id,
            time_zone=file.time_zone,
            language=file.language,
            manager_role_id=file.manager_role_id,
            notice_channel_id=file.notice_channel_id,
            adult=file.adult,
            graphic=file.graphic,
        )
    )
    for part in file.channels:
        await tx.channels.put(
            Channel(id=part.id, guild_id=guild_id, adult=part.adult, graphic=part.graphic)
        )
    await tx.audit.add(
        guild_id,
        "server.import",
        actor_id=by,
        after={
            "filters": len(file.filters),
            "site filters": len(file.site_filters),
            "feeds": len(file.feeds or ()),
        },
    )


def _difference(was: Iterable[Struct], will: Iterable[Struct]) -> tuple[int, int]:
    """Return how many there are more, and how many fewer."""
    old, new = set(was), set(will)
    return len(new - old), len(old - new)


def _check_filter(one: FilterPart) -> None:
    try:
        guild_filters.check_part(one)
    except FilterRefusedError as error:
        raise GuildFileError(error.message) from error
    except QueryError as error:
        raise GuildFileError(
            _("A query of the file cannot be read: {reason}").format(reason=error.message)
        ) from error


def _check_site_filter(one: SiteFilterPart) -> None:
    try:
        guild_filters.check_site_part(one)
    except FilterRefusedError as error:
        raise GuildFileError(error.message) from error


def _check_feed(one: FeedPart) -> None:
    try:
        wish_of(one, guild_id=0, now=_LONG_AGO)
    except (FeedRefusedError, QueryError) as error:
        raise GuildFileError(
            _("A feed of the file cannot be: {reason}").format(reason=error.message)
        ) from error


def _size(file: GuildFile) -> int:
    single = (file.manager_role_id, file.notice_channel_id)
    lists = (file.channels, file.filters, file.site_filters, file.feeds or ())
    return sum(one is not None for one in single) + sum(map(len, lists))
