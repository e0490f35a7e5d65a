"""The simulated Discord of the demo: one place for everything that is peculiar to SimCord 3.2.

Known limits, and what is done about each:

* A preview shows one channel: the demo has one, in one server.
* The page loads nothing from outside: every picture is drawn and handed over when it opens.
* Commands and channels cannot carry `nsfw`: the demo is safe for everybody anyway.
* Simulated time stands still: it is brought to the present once, before anything waits for it,
  and never advanced again; our own deadlines use our own clock, and so does what the page calls
  "5 minutes ago".
* `preview.refresh()` collides with clicks, and after it the page's next click is refused until the
  page has looked again: what the bot sends by itself is published at the moment of a look, and a
  click that was made just before is taken.
* Nonces are ignored: nothing in the demo needs them.
* An automatically sharded client must be told its number of shards.
* Work of the bot must be done within a time: long enough here for a slow site.
"""

# ruff: noqa: SLF001 (what its page does between looks is nowhere public)

import os
import socket
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import discord
import simcord
from simcord import Preview

from bot.clock import Clock
from bot.texts import _
from bot.ui.attachments import Attachments

_SETTLE_SECONDS = 30.0
_NAME = "Mailmare"


class PortError(Exception):
    """The page cannot have the port that it was to have; the message says what to do."""


class SimulatedAttachments(Attachments):
    """What members attach there: its addresses exist for the library alone."""

    async def read(self, file: discord.Attachment, limit: int) -> bytes:
        """Return what a member attached, as far as it is wanted."""
        return (await file.read())[: limit + 1]

    def stream(self, file: discord.Attachment) -> AsyncIterable[bytes]:
        """Return what a member attached, which can be read once."""

        async def whole() -> AsyncIterator[bytes]:
            yield await file.read()

        return whole()


def check_port(port: int) -> None:
    """Raise PortError where the page cannot have `port`, before anything is made for it."""
    with socket.socket() as probe:
        # As the page's own server does: a port that was just given up can be had.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise _port_error(port, error) from error


def _port_error(port: int, error: OSError) -> PortError:
    return PortError(
        _(
            "The page cannot have port {port}: {reason}. Give another with --port; "
            "without it, a free one is taken."
        ).format(port=port, reason=os.strerror(error.errno or 0))
    )


@asynccontextmanager
async def stage(
    client: discord.Client,
    *,
    clock: Clock,
    assets: Mapping[str, tuple[str, bytes]],
    welcome: str,
    port: int,
) -> AsyncIterator[Preview]:
    """Run `client` on a simulated Discord and show it in a page on this machine.

    `assets` are (file name, bytes) by URL. A member called Guide says `welcome` in the channel.
    Raises PortError where `port` is taken or not ours to take.
    """
    # A fault of the bot is logged and answered; it must not end the demo with a stack.
    async with simcord.run(
        client, shard_count=1, settle_timeout=_SETTLE_SECONDS, check_errors=False
    ) as env:
        # Its time begins on a fixed day. Brought to today before anything waits for it.
        await env.advance_time((clock.now() - env.now()).total_seconds())
        if client.user is not None:
            await client.user.edit(username=_NAME)
        guild = env.create_guild(_("Pony Art Club"))
        channel = guild.create_text_channel(_("pony-art"))
        guide = guild.add_member(env.create_user("guide", global_name=_("Guide")))
        managers = guild.create_role(
            _("Managers"), permissions=discord.Permissions(manage_guild=True)
        )
        you = guild.add_member(env.create_user("you", global_name=_("You")), roles=[managers])
        await guide.send(channel, welcome)
        page = env.preview(
            channel,
            viewers=[you],
            layout="channel",
            presentation_time=clock.now(),
            assets=assets,
            port=port,
        )
        async with AsyncExitStack() as showing:
            try:
                preview = await showing.enter_async_context(page)
            except simcord.SetupError as error:
                if not isinstance(error.__cause__, OSError):
                    raise
                raise _port_error(port, error.__cause__) from error
            _show_what_comes(preview, env, clock)
            yield preview


def _show_what_comes(preview: Preview, env: simcord.Env, clock: Clock) -> None:
    """Have each of the page's looks find what the bot did since the one before.

    The page looks twice a second. A click names the state that it was made in, and is refused in
    a later one; where no more than this lies between, it counts as made in the present one.
    """
    page_payload, act = preview._page_payload, preview._action
    at_first = len(env.http_requests)
    #: By page: how much it has seen, and its states that differ only in what came by itself.
    seen: dict[str, int] = {}
    alike: dict[str, range] = {}
    #: The last action that was made in an earlier state, and the one that it was taken for.
    taken: tuple[object, int] = (None, 0)

    def payload(page: Any) -> dict[str, Any]:
        preview.capture_time = clock.now()
        # During an action its own result is published when it is complete.
        busy = preview._active_action is not None or env._operation_task is not None
        if not busy and len(env.http_requests) != seen.get(page.id, at_first):
            seen[page.id] = len(env.http_requests)
            states = alike.get(page.id, range(0))
            first = states.start if page.revision in states else page.revision
            preview._publish(page, reason="refresh")
            alike[page.id] = range(first, page.revision + 1)
        return page_payload(page)

    async def action(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal taken
        request, made_in = body.get("request_id"), body.get("published_revision")
        if request == taken[0]:
            # The page asks again what became of it.
            body = {**body, "published_revision": taken[1]}
        else:
            page = preview._get_page(context_id)
            states = alike.get(page.id, range(0))
            if made_in in states and page.revision in states:
                taken = request, page.revision
                body = {**body, "published_revision": page.revision}
        return await act(context_id, body)

    preview._page_payload = payload  # type: ignore[method-assign]
    preview._action = action  # type: ignore[method-assign]
