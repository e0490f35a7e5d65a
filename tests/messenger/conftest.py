"""The messenger on a client that is logged in to the loopback Discord and has no gateway."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

import discord
import pytest
from discord.http import Route

from bot.feeds.destination import Outgoing
from bot.messenger import Messenger
from bot.safety import SAFE, Refusal, VerifiedPost, verify
from tests.clock import MovableClock
from tests.discord_loopback import GUILD_ID, TOKEN, LoopbackDiscord
from tests.loopback_rooms import ANNOUNCEMENT, FORUM, Room
from tests.ui.conftest import post_like

#: Real seconds for one request: more than the slowest machine takes.
PATIENCE = 60.0
TEXT_ID, NEWS_ID, FORUM_ID, THREAD_ID = 31, 32, 33, 34
TAG = 77
#: Where messages are sent, for the faults of tests.
POST = r"/channels/\d+/messages"


class MakeMessage(Protocol):
    """Makes a message of one post that is owed to a channel, the named fields replaced."""

    def __call__(self, channel_id: int = TEXT_ID, **changes: Any) -> Outgoing: ...


def verified(**changes: Any) -> VerifiedPost:
    """Return a verified post, the named fields replaced."""
    post = verify(post_like(**changes), SAFE)
    assert not isinstance(post, Refusal), post
    return post


@pytest.fixture
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        for room in (
            Room(TEXT_ID, GUILD_ID),
            Room(NEWS_ID, GUILD_ID, ANNOUNCEMENT),
            Room(FORUM_ID, GUILD_ID, FORUM, tags=[TAG]),
            Room(THREAD_ID, GUILD_ID, 11, parent_id=TEXT_ID),
        ):
            server.channels.add(room)
        yield server


@pytest.fixture
def address(loopback: LoopbackDiscord) -> Iterator[None]:
    """Have the library speak with the loopback Discord."""
    base = Route.BASE
    Route.BASE = loopback.api_url
    yield
    Route.BASE = base


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def client(address: None) -> AsyncIterator[discord.Client]:
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        yield client


@pytest.fixture
async def messenger(
    client: discord.Client, loopback: LoopbackDiscord, clock: MovableClock
) -> Messenger:
    messenger = Messenger(client, clock, patience=PATIENCE)
    await client.login(TOKEN)
    return messenger


@pytest.fixture
def make_message() -> MakeMessage:
    def make(channel_id: int = TEXT_ID, **changes: Any) -> Outgoing:
        return Outgoing(
            **{
                "guild_id": GUILD_ID,
                "channel_id": channel_id,
                "marker": 5,
                "nonce": "abcdef-5",
                "posts": (verified(),),
                **changes,
            }
        )

    return make
