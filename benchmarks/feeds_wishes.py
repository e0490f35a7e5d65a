"""The feeds of a thousand servers, put into a database as the bot keeps them."""

import random
import re
from datetime import timedelta
from pathlib import Path

from msgspec import json, structs
from sqlalchemy import insert

from benchmarks.feeds_board import SITE
from benchmarks.query_corpus import NOW, make
from bot.store import Guild, Rhythm, Store, Subscription
from bot.store.feed_tables import subscriptions
from tests.clock import MovableClock

GUILDS = 1_000
#: Channels of a server that have feeds.
CHANNELS = 10
FIRST_GUILD, FIRST_CHANNEL = 100_000, 10_000_000
#: One in so many is as broad as the queries of the corpus; the others name one more tag, as
#: people who want a few posts a day do.
BROAD = 200
#: One in so many gathers a day's posts, wants a score, or lets posts mature.
DAILY, SCORED, SETTLING = 10, 20, 50
_DAY = 24 * 60
_BETWEEN = re.compile(r"[(),]|\|\|")


def channel_of(number: int) -> tuple[int, int]:
    """Return the server and the channel of a feed."""
    guild, row = number % GUILDS, number // GUILDS
    return FIRST_GUILD + guild, FIRST_CHANNEL + guild * CHANNELS + row % CHANNELS


def wishes(count: int) -> list[Subscription]:
    """Return so many feeds; the same number always gives the same ones."""
    draw = random.Random(count)
    corpus = make(count, 0)
    names = list(corpus.popularity)
    asked = [1 / (rank + 12) ** 0.85 for rank in range(len(names))]
    made = []
    more = draw.choices(names, asked, k=count)
    for number, (text, tag) in enumerate(zip(corpus.queries, more, strict=True)):
        query = text if number % BROAD == 0 else f"{text}, {tag}"
        guild_id, channel_id = channel_of(number)
        one = Subscription(
            guild_id=guild_id,
            channel_id=channel_id,
            site=SITE,
            query=query,
            since=NOW,
            created_at=NOW,
        )
        if number % DAILY == 1:
            minute = draw.randrange(_DAY)
            one = structs.replace(
                one,
                rhythm=Rhythm.DAILY,
                at_minute=minute,
                next_at=NOW + timedelta(minutes=(minute - NOW.hour * 60) % _DAY or _DAY),
            )
        elif number % SCORED == 2:
            one = structs.replace(one, min_score=draw.choice((10, 50, 100)))
        elif number % SETTLING == 3:
            one = structs.replace(one, settle=30)
        made.append(one)
    return made


async def fill(path: Path, feeds: list[Subscription]) -> None:
    """Make a database with these feeds; what is an alias is known of every tag, since yesterday."""
    rows = [
        structs.asdict(one) | {"forum_tags": json.encode(one.forum_tags).decode()} for one in feeds
    ]
    for row in rows:
        del row["id"]
    known = make(0, 0).popularity
    named = {word.strip(" -") for one in feeds for word in _BETWEEN.split(one.query)}
    async with Store(path, MovableClock(NOW)) as store, store.write() as tx:
        for guild_id in sorted({one.guild_id for one in feeds}):
            await tx.guilds.put(Guild(id=guild_id))
        await tx.connection.execute(insert(subscriptions), rows)
        names = {name: name for name in sorted(named & known.keys())}
        await tx.aliases.put(SITE, names, NOW - timedelta(days=1))
