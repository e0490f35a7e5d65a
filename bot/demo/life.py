"""Life in the demo: members go on posting on the simulated boards, and feeds announce it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle

from msgspec import structs

from bot.app import App
from bot.clock import Clock
from bot.demo.sites import SimulatedSites
from bot.feeds.wishes import first_time
from bot.store import FeedKind, Rhythm, Subscription

#: The boards in the order in which they get a new post, and the seconds between two.
BOARDS = ("derpibooru", "derpibooru", "ponybooru", "twibooru")
EVERY = 6.0
#: Posts to come that each board begins with: their pictures are drawn before the page opens.
AHEAD = 30

#: (kind, rhythm, site, query) of what the demo's channel has from the beginning.
_WISHES = (
    (FeedKind.FEED, Rhythm.EACH, "derpibooru", "pony, (cute || smiling || solo)"),
    (FeedKind.FEED, Rhythm.EACH, "ponybooru", "mare"),
    (FeedKind.FEED, Rhythm.EACH, "twibooru", "pony, -solo"),
    (FeedKind.RANDOM, Rhythm.DAILY, "ponyapi", "pony"),
)
_EVENING = 18 * 60
_ZONE = "UTC"


async def subscribe(app: App, guild_id: int, channel_id: int) -> None:
    """Give a channel a feed of each board, and a random pony every evening."""
    now = app.clock.now()
    wishes = [
        Subscription(
            guild_id=guild_id,
            channel_id=channel_id,
            kind=kind,
            site=site,
            query=query,
            rhythm=rhythm,
            at_minute=None if rhythm is Rhythm.EACH else _EVENING,
            # Also the post that appears in this very second is new.
            since=now - timedelta(seconds=1),
            created_at=now,
        )
        for kind, rhythm, site, query in _WISHES
    ]
    async with app.store.write() as tx:
        kept = [
            await tx.subscriptions.add(structs.replace(wish, next_at=first_time(wish, now, _ZONE)))
            for wish in wishes
        ]
    await app.feeds.changed(*(one.id for one in kept))


async def live(sites: SimulatedSites, clock: Clock, posted: Callable[[str], None]) -> None:
    """Let a post appear every few seconds, until those with a picture are used up.

    `posted` is told where. A post that is not for everybody appears as well: the feeds leave it.
    """
    for site in cycle(BOARDS):
        if not sites.world.coming(site):
            return
        sites.world.publish(site, clock.now().replace(microsecond=0))
        posted(site)
        await clock.sleep(EVERY)
