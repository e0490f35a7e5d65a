"""Never silent: servers are told that a feed paused, runs again, that a site is out or all is.

What is to be told is in the database. It is told in the channel for notices, else in the feed's
own channel, else in that of another feed; where none takes it, it is tried again for a week.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.policies import Policies
from bot.store import FeedKind, Notice, Pause, Store, Subscription
from bot.texts import Languages, _, ngettext

from .destination import DeliveryError, Destination, HeldError
from .in_turn import in_turn
from .pauses import OF_CHANNEL, retry_in

#: After so long a server that cannot be told anything is not told it any more.
KEPT = timedelta(days=7)
#: When it is tried again after Discord did not answer.
DOUBT = timedelta(minutes=1)
#: Feeds that one notice names.
_NAMED = 5

_log = structlog.get_logger(__name__)


class Teller:
    """Tells servers what they are to be told, what belongs together in one message."""

    def __init__(
        self,
        store: Store,
        destination: Destination,
        policies: Policies,
        clock: Clock,
        *,
        languages: Languages | None = None,
    ) -> None:
        self._store = store
        self._destination = destination
        self._policies = policies
        self._clock = clock
        self._languages = languages or Languages()
        self._held = False

    async def turn(self) -> None:
        """Tell what is due. Raises StoreError."""
        async with self._store.read() as tx:
            due = await tx.notices.due()
            wishes = await tx.subscriptions.get_many(
                notice.subscription_id for notice in due if notice.subscription_id is not None
            )
        self._held = False
        # What one server's notice meets keeps no other from being told (fault F42).
        await in_turn(_groups(due, wishes), lambda together: self._speak(together, wishes))

    async def _speak(self, notices: Sequence[Notice], wishes: Mapping[int, Subscription]) -> None:
        if self._held:
            return
        guild = await self._policies.guild(notices[0].guild_id)
        try:
            with self._languages.speaking(guild.language):
                await self._tell(notices, wishes)
        except HeldError:
            self._held = True

    async def _tell(self, notices: Sequence[Notice], wishes: Mapping[int, Subscription]) -> None:
        """Tell a server one thing, and note that or when it is tried again."""
        first = notices[0]
        ids = [notice.id for notice in notices]
        named = [notice.subscription_id or 0 for notice in notices]
        concerned = [wishes[number] for number in named if number in wishes]
        told = first.subscription_id is not None and not _still_true(first, concerned)
        if not told and self._destination.is_reachable(first.guild_id):
            try:
                told = await self._destination.notify(
                    first.guild_id,
                    await self._channels(first, concerned),
                    _text(first, concerned),
                    resume=concerned[0].id if first.kind == "paused" else None,
                )
            except HeldError:
                raise
            except DeliveryError as error:
                _log.info("a notice is tried again", guild=first.guild_id, why=error.reason)
                await self._later(ids, DOUBT)
                return
        wait = retry_in(first.attempts)
        if told or wait is None or self._clock.now() - first.created_at > KEPT:
            async with self._store.write() as tx:
                await tx.notices.told(ids)
        else:
            await self._later(ids, wait)

    async def _later(self, ids: Iterable[int], wait: timedelta) -> None:
        async with self._store.write() as tx:
            await tx.notices.later(ids, self._clock.now() + wait)

    async def _channels(self, notice: Notice, concerned: Sequence[Subscription]) -> list[int]:
        """Return where a server may be told something, best first."""
        async with self._store.read() as tx:
            guild = await tx.guilds.get(notice.guild_id)
            others = await tx.subscriptions.of_guild(notice.guild_id)
        channels = [guild.notice_channel_id] if guild.notice_channel_id is not None else []
        if notice.site:
            channels += [one.channel_id for one in others if one.site == notice.site]
        channels += [one.channel_id for one in concerned if one.pause not in OF_CHANNEL]
        channels += [one.channel_id for one in others if one.pause not in OF_CHANNEL]
        return list(dict.fromkeys(channels))


def _groups(due: Iterable[Notice], wishes: Mapping[int, Subscription]) -> Iterable[list[Notice]]:
    """Put together what one message tells: one thing about one channel or site of a server."""
    groups: dict[tuple[int, str, str, str, int], list[Notice]] = {}
    for notice in due:
        wish = wishes.get(notice.subscription_id or 0)
        channel_id = 0 if wish is None else wish.channel_id
        key = (notice.guild_id, notice.kind, notice.detail, notice.site, channel_id)
        groups.setdefault(key, []).append(notice)
    return groups.values()


def _still_true(notice: Notice, concerned: Sequence[Subscription]) -> bool:
    """Tell whether something about feeds is still so; what is over need not be told."""
    if notice.kind == "paused":
        return any(wish.pause.value == notice.detail for wish in concerned)
    return any(wish.runs for wish in concerned)


def _text(notice: Notice, concerned: Sequence[Subscription]) -> str:
    if notice.subscription_id is None:
        return _general_text(notice)
    match notice.kind:
        case "resumed":
            return f"{_feeds(concerned)} {_('Posts come again.')}"
        case "silent":
            return _(
                "{feeds} it brought nothing at its last times. Few pictures match it, or its site"
                " does not answer. What a channel had comes again after three days; `/feed edit`"
                " lets it look for more."
            ).format(feeds=_feeds(concerned))
    parts = [_feeds(concerned), _why(Pause(notice.detail)), _next(concerned[0])]
    return " ".join(filter(None, parts))


def _general_text(notice: Notice) -> str:
    """Say what is about a whole site, or about all of them."""
    site = CATALOGUE.get(notice.site)
    title = notice.site if site is None else site.title
    match notice.kind:
        case "outage":
            return _(
                "{site} has not answered for hours. Its feeds wait; nothing is lost, and what is"
                " new there comes when it answers again."
            ).format(site=title)
        case "outage over":
            return _("{site} answers again. Its feeds go on.").format(site=title)
        case "stopped":
            return _(
                "My operator stopped all pictures, on every server. Feeds wait, and what is new"
                " comes when they flow again; schedules leave their times out until then."
            )
        case "stopped over":
            return _("Pictures flow again. Feeds and schedules go on.")
        case "unread":
            return _(
                "More new posts came on {site} than I read back after a silence. What came before"
                " <t:{instant}:f> was not looked at; the site's search has it."
            ).format(site=title, instant=_stamp(notice.detail))
        case "unread edits":
            return _(
                "More posts were edited on {site} than I read back after a silence. What was"
                " retagged before <t:{instant}:f> was not looked at again."
            ).format(site=title, instant=_stamp(notice.detail))
    raise ValueError(notice.kind)


def _stamp(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _feeds(concerned: Sequence[Subscription]) -> str:
    """Name feeds by their numbers, and the channel that they are in."""
    ids = ", ".join(f"#{wish.id}" for wish in concerned[:_NAMED])
    if len(concerned) > _NAMED:
        ids += ", …"
    many = len(concerned)
    text = (
        ngettext("Schedule {ids} in <#{channel}>:", "Schedules {ids} in <#{channel}>:", many)
        if all(wish.kind is FeedKind.RANDOM for wish in concerned)
        else ngettext("Feed {ids} in <#{channel}>:", "Feeds {ids} in <#{channel}>:", many)
    )
    return text.format(ids=ids, channel=concerned[0].channel_id)


def _why(pause: Pause) -> str:
    match pause:
        case Pause.NO_ACCESS:
            return _(
                "paused, because I may not post there. I need View Channel, Send Messages (in a"
                " thread: Send Messages in Threads) and Embed Links."
            )
        case Pause.CHANNEL_GONE:
            return _("paused, because the channel was deleted. `/feed edit` sets another one.")
        case Pause.THREAD_CLOSED:
            return _("paused, because the thread is closed. Open it, or allow Manage Threads.")
        case Pause.AGE:
            return _(
                "paused, because the channel is not age-restricted any more and the feed was made"
                " for one that is. What waited there was dropped."
            )
        case Pause.QUERY:
            return _("paused, because its query cannot be used any more. `/feed edit` changes it.")
        case Pause.SITE:
            return _("paused, because the operator switched its site off.")
    return _("paused.")


def _next(wish: Subscription) -> str:
    if wish.retry_at is None:
        return _("It stays so until somebody resumes it.")
    text = (
        _("I try again by myself, next <t:{instant}:R>.")
        if wish.kind is FeedKind.RANDOM
        else _("I try again by myself, next <t:{instant}:R>; nothing is lost until then.")
    )
    return text.format(instant=int(wish.retry_at.timestamp()))
