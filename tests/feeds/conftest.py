"""An open database, a clock that tests move, a Discord in memory, posts and wishes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import json, structs
from sqlalchemy import insert

from bot.catalogue import CATALOGUE, Limit, Site
from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from bot.feeds.reading import Reader
from bot.guild_feeds import GuildFeeds
from bot.policies import Policies
from bot.posts.model import Post
from bot.sites import Sites, Transport
from bot.store import (
    Announcement,
    FeedKind,
    Rhythm,
    Store,
    Subscription,
)
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.after_care import Care
from tests.feeds.announcing import Desk
from tests.feeds.changing import AtWork
from tests.feeds.delivery import Delivery
from tests.feeds.drawing import Drawing
from tests.feeds.following import Following, following
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Owe, Subscribe
from tests.new_database import put_new_database
from tests.sites.simulated import clients
from tests.sites.simulated import world as sites_world


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def patience() -> float:
    """How long another program's lock is waited for, in real seconds; for tests to shorten."""
    return 10.0


@pytest.fixture
async def store(tmp_path: Path, clock: MovableClock, patience: float) -> AsyncIterator[Store]:
    async with Store(put_new_database(tmp_path), clock, patience=patience) as store:
        yield store


@pytest.fixture
def policies(store: Store) -> Policies:
    return Policies(store)


@pytest.fixture
def discord(clock: MovableClock) -> MemoryDiscord:
    return MemoryDiscord(clock)


@pytest.fixture
def make_post(clock: MovableClock) -> MakePost:
    hosts = {
        "derpibooru": ("derpibooru.org/images", "derpicdn.net"),
        "ponybooru": ("ponybooru.org/images", "cdn.ponybooru.org"),
        "twibooru": ("twibooru.org", "cdn.twibooru.org"),
    }

    def make(post_id: int = 7, site: str = "derpibooru", **changes: Any) -> Post:
        page, media = hosts[site]
        folder = f"https://{media}/img/2026/11/22/{post_id}"
        post = Post(
            site=site,
            id=post_id,
            page_url=f"https://{page}/{post_id}",
            media_hosts=frozenset({media}),
            tags=("safe", "artist:painter", "pony"),
            created_at=clock.now(),
            updated_at=clock.now(),
            first_seen_at=clock.now(),
            format="png",
            mime_type="image/png",
            width=2000,
            height=1000,
            score=10,
            thumbnails_generated=True,
            hidden_from_users=False,
            duplicate_of=None,
            deletion_reason=None,
            sources=(f"https://art.example.org/{post_id}",),
            representations={size: f"{folder}/{size}.png" for size in ("full", "large", "medium")},
        )
        return structs.replace(post, **changes)

    return make


@pytest.fixture
def subscribe(store: Store, clock: MovableClock) -> Subscribe:
    async def keep(**changes: Any) -> Subscription:
        async with store.write() as tx:
            return await tx.subscriptions.add(
                Subscription(
                    **{
                        "guild_id": GUILD,
                        "channel_id": CHANNEL,
                        "site": "derpibooru",
                        "query": "pony",
                        "since": clock.now(),
                        "created_at": clock.now(),
                        **changes,
                    }
                )
            )

    return keep


@pytest.fixture
def owe(store: Store, clock: MovableClock) -> Owe:
    async def keep(subscription: Subscription, post: Post | None, **changes: Any) -> Announcement:
        now = clock.now()
        owed = Announcement(
            **{
                "guild_id": subscription.guild_id,
                "channel_id": subscription.channel_id,
                "site": subscription.site,
                "post_id": None if post is None else post.id,
                "subscription_id": subscription.id,
                "matched": (subscription.id,),
                "first_seen_at": now,
                "created_at": now,
                "due_at": now,
                **changes,
            }
        )
        row = structs.asdict(owed) | {"matched": json.encode(owed.matched).decode()}
        async with store.write() as tx:
            del row["id"]
            done = await tx.connection.execute(insert(announcements).values(row))
            assert done.inserted_primary_key is not None
            return structs.replace(owed, id=done.inserted_primary_key[0])

    return keep


@pytest.fixture
def bodies() -> MemoryBodies:
    return MemoryBodies()


@pytest.fixture
def delivery(
    store: Store,
    discord: MemoryDiscord,
    bodies: MemoryBodies,
    clock: MovableClock,
    policies: Policies,
    make_post: MakePost,
    owe: Owe,
) -> Delivery:
    return Delivery(store, discord, bodies, clock, policies, make_post, owe)


@pytest.fixture
def desk(store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock) -> Desk:
    return Desk(store, policies, discord, clock)


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    async with following(store, policies, discord, clock) as stage:
        yield stage


@pytest.fixture(scope="session")
def world() -> World:
    """A world that each test leaves as it was."""
    return World()


@pytest.fixture
async def care(
    store: Store,
    policies: Policies,
    discord: MemoryDiscord,
    clock: MovableClock,
    owe: Owe,
    world: World,
) -> AsyncIterator[Care]:
    before = {site: dict(world.posts(site)) for site in ("derpibooru", "ponybooru")}
    async with SimulatedSites(world, clock=clock) as simulated:
        transport = Transport(
            clock, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0,
            jitter=lambda: 0.0,
        )  # fmt: skip
        async with Sites(simulated.catalogue, transport) as sites:
            reader = Reader(sites, store, clock)
            yield Care(simulated, reader, store, policies, discord, clock, owe)
            await reader.close()
    for site, posts in before.items():
        for post in posts.values():
            if world.posts(site).get(post.id) is not post:
                world.change(site, post)


@pytest.fixture
async def drawing(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Drawing]:
    used = [CATALOGUE[name] for name in ("ponyapi", "derpibooru", "twibooru")]
    async with SimulatedSites(sites_world(), sites=used) as simulated:
        rows: dict[str, Site] = {
            name: structs.replace(row, limits=(Limit("/", 1000, 1.0),))
            for name, row in simulated.catalogue.items()
        }
        transport = Transport(clock, allow_loopback_http=True, jitter=lambda: 0.0)
        async with Sites(rows, transport) as sites:
            yield Drawing(store, sites, simulated, policies, discord, clock)


@pytest.fixture
def schedule(subscribe: Subscribe, clock: MovableClock) -> Subscribe:
    """Keeps an hourly schedule of safe ponies that is due now."""

    async def keep(**changes: Any) -> Subscription:
        return await subscribe(
            **{
                "kind": FeedKind.RANDOM,
                "site": "ponyapi",
                "query": "",
                "rhythm": Rhythm.HOURLY,
                "next_at": clock.now(),
                **changes,
            }
        )

    return keep


@pytest.fixture
async def online() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    async with clients() as found:
        yield found


@pytest.fixture
def at_work(
    store: Store,
    policies: Policies,
    online: tuple[Sites, SimulatedSites],
    discord: MemoryDiscord,
) -> AtWork:
    return AtWork(store, policies, online[0], discord)


@pytest.fixture
def feeds(
    store: Store,
    policies: Policies,
    online: tuple[Sites, SimulatedSites],
    at_work: AtWork,
    clock: MovableClock,
) -> GuildFeeds:
    return GuildFeeds(store, policies, online[0], at_work, clock, most=3)
