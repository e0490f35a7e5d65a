"""What the gateway tells is known, and nothing is supposed beyond it."""

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from bot.feeds.destination import UnreadableError
from bot.messenger import Messenger
from bot.safety import ChannelFacts, ChannelKind
from tests.clock import MovableClock
from tests.discord_loopback import CHANNEL_ID, GUILD_ID, TOKEN, LoopbackDiscord
from tests.loopback_rooms import Room
from tests.messenger.conftest import FORUM_ID, NEWS_ID, TAG, TEXT_ID, THREAD_ID, MakeMessage

ROLE, ADMINISTRATOR = 55, 1 << 3


@pytest.fixture
async def messenger(
    client: discord.Client, loopback: LoopbackDiscord, clock: MovableClock
) -> AsyncIterator[Messenger]:
    """A messenger on a client whose gateway has told of the server."""
    loopback.everybody_may = str(int(loopback.everybody_may) & ~ADMINISTRATOR)
    loopback.roles = [ROLE]
    loopback.channels.rooms[TEXT_ID].may -= {"embed", "history"}
    loopback.channels.add(Room(CHANNEL_ID, GUILD_ID))
    gateway = DiscordWebSocket.DEFAULT_GATEWAY
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(loopback.gateway_url)
    messenger = Messenger(client, clock)
    available = asyncio.Event()

    async def on_socket_event_type(event: str) -> None:
        if event == "GUILD_CREATE":
            available.set()

    client.event(on_socket_event_type)
    await client.login(TOKEN)
    connecting = asyncio.create_task(client.connect())
    try:
        await available.wait()
        yield messenger
    finally:
        await client.close()
        await asyncio.wait({connecting})
        DiscordWebSocket.DEFAULT_GATEWAY = gateway


async def test_what_the_gateway_tells_is_heeded(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    client: discord.Client,
    make_message: MakeMessage,
) -> None:
    """Faults F22, F23, F26; rule D6."""
    facts = messenger.where(GUILD_ID, THREAD_ID).facts
    assert facts.kind is ChannelKind.THREAD
    assert facts.parent_kind is ChannelKind.TEXT
    assert messenger.where(GUILD_ID, NEWS_ID).facts.kind is ChannelKind.ANNOUNCEMENT
    assert messenger.where(GUILD_ID + 1, TEXT_ID).facts == ChannelFacts()

    # F26: no embed is tried where the library knows that it would be refused.
    sent = await messenger.send(make_message(role_id=ROLE))
    assert sent.form == "text"
    assert len(loopback.paths("POST")) == 1
    # F22: the role that exists is mentioned and nobody else, the one that is gone is left out.
    body = loopback.channels.posted[-1][1]
    assert body["content"].startswith(f"<@&{ROLE}>")
    assert body["allowed_mentions"]["roles"] == [ROLE]
    await messenger.send(make_message(CHANNEL_ID, role_id=404, nonce="a"))
    body = loopback.channels.posted[-1][1]
    assert "404" not in str(body.get("content"))
    assert body["allowed_mentions"] == {"parse": []}

    # Tags that a forum has not any more are left out, and it is known to be one.
    await messenger.send(make_message(FORUM_ID, forum_tags=(TAG, 404)))
    assert loopback.channels.in_forum(FORUM_ID)[0].applied_tags == [str(TAG)]
    assert loopback.paths("POST")[-1].endswith("/threads")

    asked = len(loopback.asked)
    with pytest.raises(UnreadableError):
        await messenger.find(TEXT_ID, [5], discord.utils.utcnow())
    assert len(loopback.asked) == asked
    # An empty history is believed where it may be read.
    assert await messenger.find(NEWS_ID, [5], discord.utils.utcnow()) == {}

    connection = await loopback.ready()
    gone = {"id": str(GUILD_ID), "unavailable": True}
    outage = asyncio.Event()

    async def on_guild_unavailable(_guild: discord.Guild) -> None:
        outage.set()

    client.event(on_guild_unavailable)
    await connection.dispatch("GUILD_DELETE", gone)
    await asyncio.wait_for(outage.wait(), 30)
    assert not messenger.is_reachable(GUILD_ID)
    assert messenger.where(GUILD_ID, TEXT_ID).facts == ChannelFacts()
