"""Very many subscriptions at the start: read at once, asked for as one (fault F43)."""

from datetime import timedelta

from msgspec import structs
from sqlalchemy import insert

from bot.store.feed_tables import subscriptions
from bot.store.repository import GUILD_DEFAULTS
from bot.store.tables import guilds
from tests.feeds.following import GUILD, Following

#: As many servers, and feeds of them together, as the fault speaks of.
SERVERS, FEEDS = 1000, 10_000
#: One in so many wants the post that comes.
EVERY = 40
#: Requests of one turn: the newest posts, what was edited, what waits.
MOST_ASKED = 3


async def test_ten_thousand_feeds_of_a_thousand_servers_start_like_one(stage: Following) -> None:
    """A site is asked no more for them, and each is heeded."""
    one = await stage.subscribe("mare")
    row = {**structs.asdict(one), "forum_tags": "[]"}
    rows = [
        {
            **row,
            "id": one.id + number,
            "guild_id": GUILD + number % SERVERS,
            "channel_id": 10_000 + number,
            "query": "mare, -beach" if number % EVERY == 0 else f"beach, tag {number % 500}",
        }
        for number in range(1, FEEDS)
    ]
    servers = [{"id": GUILD + number, **GUILD_DEFAULTS} for number in range(1, SERVERS)]
    async with stage.store.write() as tx:
        await tx.connection.execute(insert(guilds), servers)
        await tx.connection.execute(insert(subscriptions), rows)
    stage.restart()
    await stage.roster.load()
    assert len(stage.roster.all()) == FEEDS

    await stage.turn()
    assert len(stage.asked()) <= MOST_ASKED
    stage.clock.advance(60)
    post = stage.publish("mare")
    await stage.pass_by(timedelta(minutes=10))
    assert len(stage.asked()) <= MOST_ASKED
    async with stage.store.read() as tx:
        owed = await tx.announcements.of_posts("derpibooru", [post.id])
    assert {(row.guild_id, row.channel_id) for row in owed} == {
        (each["guild_id"], each["channel_id"]) for each in [row, *rows[EVERY - 1 :: EVERY]]
    }
