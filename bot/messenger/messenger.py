"""Sends, edits, removes and finds announcements on Discord."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import discord
from msgspec import structs

from bot.clock import Clock
from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    Form,
    NoAccessError,
    Outgoing,
    RefusedError,
    ThreadClosedError,
)
from bot.messenger.failures import ForumError, PublishedError
from bot.messenger.history import History, delivered
from bot.messenger.places import FORUM, Places
from bot.messenger.threads import thread_name
from bot.messenger.wire import PATIENCE, Wire
from bot.policies import Where
from bot.ui.announcement import Rendered, render
from bot.ui.answers import NotShownError
from bot.ui.feed_buttons import ResumeButton

_CHANNEL = "/channels/{channel_id}"
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
#: A message made of the second kind of components.
_GALLERY = 1 << 15
#: A notice that says the same in the same place within the nonce's window is told once.
_NOTICE_DIGITS = 20

#: Why a notice is tried elsewhere.
_NOT_HERE = (
    AlreadyGoneError,
    ChannelGoneError,
    ForumError,
    NoAccessError,
    RefusedError,
    ThreadClosedError,
)


class Messenger:
    """Implements `bot.feeds.destination.Destination` on a client; make it before the login.

    `patience` is how many seconds one request may take (fault F09).
    """

    def __init__(self, client: discord.Client, clock: Clock, *, patience: float = PATIENCE) -> None:
        self._wire = Wire(client, clock, patience=patience)
        self._places = Places(client)
        self._history = History(client, self._wire, self._places)

    def where(self, guild_id: int, channel_id: int) -> Where:
        """Return the place for its policy; with nothing known of it, a safe one (rule D6)."""
        return self._places.where(guild_id, channel_id)

    def is_reachable(self, guild_id: int) -> bool:
        """Tell whether the server can be sent to: not during its outage (fault F23)."""
        return self._places.is_reachable(guild_id)

    async def send(self, message: Outgoing) -> Delivered:
        """Send a message; a repeat with the same nonce inside the window makes no second one.

        A forum gets a new thread, which has no nonce. Raises a DeliveryError.
        """
        message = self._possible(message)
        try:
            return await self._send(message)
        except NoAccessError:
            known = self._places.may_embed(message.channel_id) is not None
            if known or message.minimal or not self._rendered(message).embeds:
                raise
            # Perhaps only embeds are not allowed (fault F26).
            return await self._send(structs.replace(message, minimal=True))

    async def find(
        self, channel_id: int, markers: Sequence[int], after: datetime
    ) -> Mapping[int, Delivered]:
        """Return our own messages since `after` that carry one of the markers.

        Raises UnreadableError where that cannot be told, and other DeliveryErrors.
        """
        return await self._history.find(channel_id, markers, after)

    async def edit(self, delivered: Delivered, message: Outgoing) -> Delivered:
        """Show something else in a message; raises as `send` does, AlreadyGoneError where gone."""
        rendered = self._rendered(self._possible(message), delivered.form)
        await self._opening(
            delivered.channel_id,
            "PATCH",
            _MESSAGE,
            message_id=delivered.message_id,
            # What the message was is emptied: a gallery has neither content nor embeds.
            json={"content": None, "embeds": [], **_body(rendered)},
        )
        return structs.replace(delivered, form=rendered.form)

    async def remove(self, delivered: Delivered) -> None:
        """Delete a message, of a forum's post the whole thread where that is allowed.

        One that is gone is no failure. Raises as `send` does.
        """
        try:
            if delivered.message_id == delivered.channel_id and await self._remove_thread(
                delivered.channel_id
            ):
                return
            await self._opening(
                delivered.channel_id, "DELETE", _MESSAGE, message_id=delivered.message_id
            )
        except (AlreadyGoneError, ChannelGoneError):
            return

    async def publish(self, delivered: Delivered) -> None:
        """Pass a message on to the followers of its channel; again is no failure.

        Discord lets few be: the library waits for that, perhaps an hour. Raises as `send` does.
        """
        with suppress(PublishedError):
            await self._wire.ask(
                "POST",
                _MESSAGE + "/crosspost",
                channel_id=delivered.channel_id,
                message_id=delivered.message_id,
            )

    async def exists(self, channel_id: int) -> bool:
        """Ask Discord itself whether a channel exists (fault F20); raises UncertainError."""
        try:
            await self._wire.ask("GET", _CHANNEL, channel_id=channel_id)
        except ChannelGoneError:
            return False
        except NoAccessError:
            return True
        return True

    async def notify(
        self, guild_id: int, channel_ids: Sequence[int], text: str, *, resume: int | None = None
    ) -> bool:
        """Tell a server something in the first of these channels that takes it.

        `resume` is the subscription that a button under it resumes. Returns whether it was told;
        raises UncertainError, HeldError, LaterError.
        """
        body: dict[str, Any] = {
            "content": text,
            "allowed_mentions": discord.AllowedMentions.none().to_dict(),
            "nonce": _notice_nonce(guild_id, text),
            "enforce_nonce": True,
        }
        if resume is not None:
            view = discord.ui.View(timeout=None)
            view.add_item(ResumeButton(resume))
            body["components"] = view.to_components()
        for channel_id in channel_ids:
            if self._places.is_forum(channel_id):
                continue
            try:
                await self._wire.ask("POST", _MESSAGES, channel_id=channel_id, json=body)
            except _NOT_HERE:
                continue
            return True
        return False

    def _possible(self, message: Outgoing) -> Outgoing:
        """Return a message without what its server has not or does not allow (F22, F26)."""
        changes: dict[str, Any] = {
            "forum_tags": tuple(self._places.tags(message.channel_id, message.forum_tags))
        }
        role = message.role_id
        if role is not None and not self._places.has_role(message.guild_id, role):
            changes["role_id"] = None
        if self._places.may_embed(message.channel_id) is False:
            changes["minimal"] = True
        return structs.replace(message, **changes)

    def _rendered(self, message: Outgoing, was: Form | None = None) -> Rendered:
        try:
            return render(message, was)
        except NotShownError as error:
            raise RefusedError(str(error)) from error

    async def _send(self, message: Outgoing) -> Delivered:
        body = _body(self._rendered(message))
        if self._places.is_forum(message.channel_id):
            return await self._start_thread(message, body)
        try:
            made = await self._opening(
                message.channel_id,
                "POST",
                _MESSAGES,
                json=body | {"nonce": message.nonce, "enforce_nonce": True},
            )
        except ForumError:
            self._places.learn(message.channel_id, FORUM)
            return await self._start_thread(message, body)
        return delivered(made)

    async def _start_thread(self, message: Outgoing, body: dict[str, Any]) -> Delivered:
        """Make a forum's or media channel's new post (fault F24: one thread for each)."""
        thread: dict[str, Any] = {"name": thread_name(message), "message": body}
        if message.forum_tags:
            thread["applied_tags"] = [str(tag) for tag in message.forum_tags]
        try:
            made = await self._threaded(message.channel_id, thread)
        except RefusedError:
            if "applied_tags" not in thread:
                raise
            # One of the tags may be gone.
            del thread["applied_tags"]
            made = await self._threaded(message.channel_id, thread)
        return structs.replace(
            delivered(made["message"]), message_id=int(made["id"]), channel_id=int(made["id"])
        )

    async def _threaded(self, forum_id: int, thread: dict[str, Any]) -> Any:
        return await self._wire.ask(
            "POST",
            "/channels/{channel_id}/threads",
            channel_id=forum_id,
            params={"use_nested_fields": 1},
            json=thread,
        )

    async def _opening(self, channel_id: int, method: str, path: str, **parts: Any) -> Any:
        """Ask for something in a channel; an archived thread is opened for it (fault F24)."""
        try:
            return await self._wire.ask(method, path, channel_id=channel_id, **parts)
        except ThreadClosedError as closed:
            try:
                await self._wire.ask(
                    "PATCH", _CHANNEL, channel_id=channel_id, json={"archived": False}
                )
            except (NoAccessError, RefusedError, ThreadClosedError):
                raise closed from None
            return await self._wire.ask(method, path, channel_id=channel_id, **parts)

    async def _remove_thread(self, thread_id: int) -> bool:
        try:
            await self._wire.ask("DELETE", _CHANNEL, channel_id=thread_id)
        except (NoAccessError, RefusedError):
            return False
        return True


def _body(rendered: Rendered) -> dict[str, Any]:
    """Return a message as Discord takes it."""
    body: dict[str, Any] = {
        "components": rendered.view.to_components(),
        "allowed_mentions": rendered.allowed_mentions.to_dict(),
    }
    if rendered.form == "gallery":
        return body | {"flags": _GALLERY}
    if rendered.content is not None:
        body["content"] = rendered.content
    return body | {"embeds": [embed.to_dict() for embed in rendered.embeds]}


def _notice_nonce(guild_id: int, text: str) -> str:
    return hashlib.sha256(f"{guild_id}:{text}".encode()).hexdigest()[:_NOTICE_DIGITS]
