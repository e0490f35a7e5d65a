"""Finding our own messages again by the marker in their report button (recipes, Outbox marks)."""

import re
from collections.abc import AsyncIterator, Collection, Iterator
from datetime import datetime
from typing import Any

import discord

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    Form,
    NoAccessError,
    RefusedError,
    UnreadableError,
)
from bot.messenger.places import Places
from bot.messenger.wire import Wire

#: Messages read in one request, and requests for one channel at most.
_PAGE, _PAGES = 100, 10
#: A forum's posts that are looked into, newest first.
_THREADS = 200
#: A message made of the second kind of components.
_GALLERY = 1 << 15

_MARKER = re.compile(r"m1:report:[a-z]+:[0-9]{1,16}:([0-9]{1,19})\Z")


class History:
    """Reads channels; needs the permission to, and no intent: our own messages come whole."""

    def __init__(self, client: discord.Client, wire: Wire, places: Places) -> None:
        self._client = client
        self._wire = wire
        self._places = places

    async def find(
        self, channel_id: int, markers: Collection[int], after: datetime
    ) -> dict[int, Delivered]:
        """Return our own messages since `after` that carry one of the markers."""
        wanted = set(markers)
        found: dict[int, Delivered] = {}
        try:
            async for message in self._messages(channel_id, discord.utils.time_snowflake(after)):
                for marker in self._marks(message) & wanted - found.keys():
                    found[marker] = delivered(message)
                if found.keys() == wanted:
                    break
        except (NoAccessError, RefusedError) as error:
            raise UnreadableError(error.reason) from error
        return found

    def _marks(self, message: dict[str, Any]) -> set[int]:
        if self._client.user is None or int(message["author"]["id"]) != self._client.user.id:
            return set()
        marks = map(_MARKER.match, custom_ids(message))
        return {int(mark[1]) for mark in marks if mark}

    async def _messages(self, channel_id: int, after: int) -> AsyncIterator[dict[str, Any]]:
        if self._places.may_read(channel_id) is False:
            raise UnreadableError("no permission to read the history")
        if not self._places.is_known(channel_id):
            channel = await self._wire.ask("GET", "/channels/{channel_id}", channel_id=channel_id)
            self._places.learn(channel_id, int(channel["type"]))
        if self._places.is_forum(channel_id):
            async for message in self._starters(channel_id, after):
                yield message
            return
        before: int | None = None
        for _page in range(_PAGES):
            page = await self._page(channel_id, before)
            if not page and before is None and self._places.may_read(channel_id) is None:
                # Discord shows an empty history to whoever may not read it, too.
                raise UnreadableError("an empty history")
            for message in page:
                if int(message["id"]) < after:
                    return
                yield message
            if len(page) < _PAGE:
                return
            before = int(page[-1]["id"])
        raise UnreadableError("too many messages since")

    async def _page(self, channel_id: int, before: int | None) -> list[dict[str, Any]]:
        params: dict[str, int] = {"limit": _PAGE}
        if before is not None:
            params["before"] = before
        page: list[dict[str, Any]] = await self._wire.ask(
            "GET", "/channels/{channel_id}/messages", channel_id=channel_id, params=params
        )
        return page

    async def _starters(self, forum_id: int, after: int) -> AsyncIterator[dict[str, Any]]:
        """Yield the first messages of a forum's threads, newest first."""
        forum = await self._wire.ask("GET", "/channels/{channel_id}", channel_id=forum_id)
        active = await self._wire.ask(
            "GET", "/guilds/{guild_id}/threads/active", guild_id=int(forum["guild_id"])
        )
        archived = await self._wire.ask(
            "GET", "/channels/{channel_id}/threads/archived/public", channel_id=forum_id
        )
        threads = sorted(
            {
                int(thread["id"])
                for thread in (*active["threads"], *archived["threads"])
                if int(thread["parent_id"]) == forum_id and int(thread["id"]) >= after
            },
            reverse=True,
        )
        if len(threads) > _THREADS:
            raise UnreadableError("too many posts since")
        for thread_id in threads:
            try:
                yield await self._wire.ask(
                    "GET",
                    "/channels/{channel_id}/messages/{message_id}",
                    channel_id=thread_id,
                    message_id=thread_id,
                )
            except (AlreadyGoneError, ChannelGoneError):
                continue


def custom_ids(message: dict[str, Any]) -> Iterator[str]:
    """Yield the custom ids of a message's buttons, of either kind of message."""
    parts = list(message.get("components") or [])
    while parts:
        part = parts.pop()
        if "custom_id" in part:
            yield str(part["custom_id"])
        parts += part.get("components") or []


def delivered(message: dict[str, Any]) -> Delivered:
    """Return a message of ours as it is."""
    form: Form = "embed" if message.get("embeds") else "text"
    if (message.get("flags") or 0) & _GALLERY:
        form = "gallery"
    return Delivered(int(message["id"]), int(message["channel_id"]), form)
