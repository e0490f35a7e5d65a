"""Scheduled random pictures: at their times, at most one an hour, not the same again (D11)."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from msgspec import structs

from bot.catalogue import CATALOGUE, Limit, Site
from bot.demo.sites import Mode, SimulatedSites
from bot.feeds.identity import identities
from bot.feeds.schedule import PAUSE, RECENT, TRIES, Schedules
from bot.policies import Policies
from bot.sites import Sites, Transport
from bot.store import (
    Announcement,
    FeedKind,
    Filter,
    Kind,
    Pause,
    Rhythm,
    Status,
    Store,
    Subject,
    Subscription,
    Tail,
)
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, Owe, Subscribe
from tests.sites.simulated import world

HOUR = timedelta(hours=1)


class Desk:
    """Schedules over the simulated sites, and what they queued."""

    def __init__(
        self,
        store: Store,
        sites: Sites,
        simulated: SimulatedSites,
        policies: Policies,
        discord: MemoryDiscord,
        clock: MovableClock,
    ) -> None:
        self.store = store
        self.simulated = simulated
        self.policies = policies
        self.clock = clock
        self.woken = 0
        self.changed: tuple[int, ...] = ()
        self.schedules = Schedules(
            store, sites, policies, discord, clock,
            wake=self._wake, changed=self._note, chance=random.Random(5),
        )  # fmt: skip

    def _wake(self) -> None:
        self.woken += 1

    async def _note(self, *subscription_ids: int) -> None:
        self.changed += subscription_ids

    async def turn(self) -> None:
        await self.clock.hurry(self.schedules.turn())

    def asked(self, site: str) -> int:
        return len(self.simulated.requests[site])

    async def now(self, one: Subscription) -> Subscription:
        async with self.store.read() as tx:
            found = await tx.subscriptions.get(one.id)
        assert found is not None
        return found

    async def rows(self, channel_id: int = CHANNEL) -> list[Announcement]:
        async with self.store.read() as tx:
            statement = (
                announcements.select()
                .with_only_columns(announcements.c.id)
                .where(announcements.c.channel_id == channel_id)
                .order_by(announcements.c.id)
            )
            ids = (await tx.connection.execute(statement)).scalars().all()
            found = [await tx.announcements.get(number) for number in ids]
        return [one for one in found if one is not None]

    async def send(self) -> None:
        """Let everything that is owed arrive, its after-care over."""
        statement = announcements.update().where(announcements.c.status == Status.QUEUED)
        async with self.store.write() as tx:
            await tx.connection.execute(
                statement.values(status=Status.SENT, sent_at=self.clock.now(), attempts=1)
            )


@pytest.fixture
async def desk(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Desk]:
    used = [CATALOGUE[name] for name in ("ponyapi", "derpibooru", "twibooru")]
    async with SimulatedSites(world(), sites=used) as simulated:
        rows: dict[str, Site] = {
            name: structs.replace(row, limits=(Limit("/", 1000, 1.0),))
            for name, row in simulated.catalogue.items()
        }
        transport = Transport(clock, allow_loopback_http=True, jitter=lambda: 0.0)
        async with Sites(rows, transport) as sites:
            yield Desk(store, sites, simulated, policies, discord, clock)


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


async def test_a_pony_comes_at_its_time_ready_to_be_sent(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule()
    await desk.turn()
    await desk.turn()
    (row,) = await desk.rows()
    assert (row.site, row.subscription_id, row.matched) == ("ponyapi", one.id, (one.id,))
    assert (row.status, row.digest, desk.woken) == (Status.QUEUED, False, 1)
    assert (await desk.now(one)).next_at == clock.now() + HOUR
    assert row.post_id is not None
    async with desk.store.read() as tx:
        kept = await tx.posts.body("ponyapi", row.post_id)
        assert kept is not None
        assert kept.post is not None
        assert await tx.announcements.of_pictures(identities(kept.post), channel_id=CHANNEL)


async def test_no_picture_comes_twice_while_there_are_others(
    desk: Desk, schedule: Subscribe
) -> None:
    await schedule(site="derpibooru", query="pony")
    for _hour in range(6):
        await desk.turn()
        await desk.send()
        desk.clock.advance(3600)
    rows = await desk.rows()
    assert len(rows) == len({row.key for row in rows}) == 6


async def test_what_is_due_together_is_asked_for_together(desk: Desk, schedule: Subscribe) -> None:
    for number in range(8):
        await schedule(channel_id=100 + number, guild_id=GUILD + number)
        await schedule(
            channel_id=200 + number, guild_id=GUILD + number, site="derpibooru", query="pony"
        )
    await desk.turn()
    assert desk.woken == 16
    assert (desk.asked("ponyapi"), desk.asked("derpibooru")) == (1, 1)
    request = desk.simulated.requests["derpibooru"][0]
    assert (request.query["sf"], request.query["per_page"]) == ("random", "50")
    assert request.query["q"].startswith("safe, ")


async def test_what_the_channel_hides_does_not_come(desk: Desk, schedule: Subscribe) -> None:
    rules = [
        Filter(guild_id=GUILD, kind=Kind.HIDE, subject=Subject.QUERY, expression=expression)
        for expression in ("-solo", "unicorn")
    ]
    async with desk.store.write() as tx:
        await tx.filters.put(rules)
    await schedule(site="derpibooru")
    for _hour in range(3):
        await desk.turn()
        await desk.send()
        desk.clock.advance(3600)
    rows = await desk.rows()
    assert rows
    for row in rows:
        assert row.post_id is not None
        tags = world().posts("derpibooru")[row.post_id].tags
        assert "solo" in tags
        assert "unicorn" not in tags


async def test_when_all_were_shown_the_oldest_comes_again_after_days(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    few = [post for post in world().posts("derpibooru").values() if post.safe and not post.awkward]
    ids = [post.id for post in few[:2]]
    one = await schedule(site="derpibooru", query=" || ".join(f"id:{number}" for number in ids))
    for _hour in range(4):
        await desk.turn()
        await desk.send()
        desk.clock.advance(3600)
    first, second = await desk.rows()
    assert {first.post_id, second.post_id} == set(ids)
    assert (await desk.now(one)).next_at == clock.now()
    desk.clock.advance(RECENT.total_seconds() - 3 * 3600)
    await desk.turn()
    kept, again = await desk.rows()
    assert (kept.id, again.post_id) == (second.id, first.post_id)
    # Another announcement, so another nonce.
    assert again.id > second.id


async def test_one_that_brings_nothing_for_long_is_told_once(
    desk: Desk, schedule: Subscribe
) -> None:
    one = await schedule(query="no such pony at all")
    told = []
    for _hour in range(6):
        await desk.turn()
        desk.clock.advance(3600)
        async with desk.store.read() as tx:
            told.append(await tx.notices.of_guild(GUILD))
    assert [len(notices) for notices in told] == [0, 0, 0, 1, 1, 1]
    (notice,) = told[-1]
    assert (notice.kind, notice.subscription_id) == ("silent", one.id)


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.DROPPED])
async def test_what_was_kept_back_once_may_be_drawn_later(
    desk: Desk, schedule: Subscribe, owe: Owe, status: Status
) -> None:
    post = next(
        post for post in world().posts("derpibooru").values() if post.safe and not post.awkward
    )
    one = await schedule(site="derpibooru", query=f"id:{post.id}")
    before = await owe(one, None, status=status, post_id=post.id)
    await desk.turn()
    (row,) = await desk.rows()
    assert row.id > before.id
    assert row.status is Status.QUEUED


async def test_a_draw_is_left_out_after_a_few_failures_and_nothing_piles_up(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule()
    desk.simulated.set_mode("ponyapi", Mode(kind="down_500_empty"))
    for _try in range(TRIES - 1):
        began = clock.now()
        await desk.turn()
        assert (await desk.now(one)).next_at == began + PAUSE
        desk.clock.advance(PAUSE.total_seconds())
    await desk.turn()
    next_at = (await desk.now(one)).next_at
    assert next_at == datetime.fromisoformat("2026-11-22T13:00:00+00:00")
    desk.simulated.set_mode("ponyapi")
    desk.clock.advance(3600)
    await desk.turn()
    assert len(await desk.rows()) == 1


async def test_tags_that_no_pony_has_are_no_failure(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule(query="no such pony at all")
    await desk.turn()
    assert await desk.rows() == []
    assert (await desk.now(one)).next_at == clock.now() + HOUR


async def test_between_two_lies_an_hour_even_where_one_was_late(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    """Down from noon to ten to four: one comes late, none at four, the next at five (D11)."""
    one = await schedule()
    desk.clock.advance(3 * 3600 + 50 * 60)
    await desk.turn()
    assert len(await desk.rows()) == 1
    assert (await desk.now(one)).next_at == datetime.fromisoformat("2026-11-22T17:00:00+00:00")


async def test_between_two_in_a_channel_lies_an_hour_and_both_get_their_turn(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    """Rule D11, also where a channel has several schedules."""
    first = await schedule(site="derpibooru", query="pony")
    second = await schedule(site="twibooru", query="pony", next_at=clock.now() + HOUR / 2)
    elsewhere = await schedule(channel_id=22)
    drawn: list[tuple[datetime, int]] = []
    for _minutes in range(6 * 6):
        known = len(drawn)
        await desk.turn()
        await desk.send()
        drawn += [(clock.now(), row.subscription_id) for row in (await desk.rows())[known:]]
        clock.advance(600)
    times = [at for at, _id in drawn]
    assert all(later - earlier >= HOUR for earlier, later in pairwise(times))
    assert len(times) >= 5
    assert {number for _at, number in drawn} == {first.id, second.id}
    assert len(await desk.rows(elsewhere.channel_id)) == 6


async def test_one_that_waits_holds_up_the_others_of_its_channel_unless_it_is_paused(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    first = await schedule()
    await desk.turn()
    await schedule(site="derpibooru", query="pony", next_at=clock.now() + 2 * HOUR)
    clock.advance(2 * 3600)
    await desk.turn()
    assert len(await desk.rows()) == 1
    async with desk.store.write() as tx:
        await tx.subscriptions.pause(first.id, Pause.PERSON)
    clock.advance(3600)
    await desk.turn()
    assert len(await desk.rows()) == 2


async def test_while_one_waits_to_be_sent_no_other_is_drawn(
    desk: Desk, schedule: Subscribe
) -> None:
    await schedule()
    for _hour in range(3):
        await desk.turn()
        desk.clock.advance(3600)
    assert len(await desk.rows()) == 1
    await desk.send()
    await desk.turn()
    assert len(await desk.rows()) == 2


async def test_one_of_quiet_hours_comes_at_their_end(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule(quiet_from=11 * 60, quiet_until=14 * 60 + 20)
    await desk.turn()
    end = (await desk.now(one)).next_at
    assert end == datetime.fromisoformat("2026-11-22T14:20:00+00:00")
    assert (desk.asked("ponyapi"), await desk.rows()) == (0, [])
    desk.clock.advance((end - clock.now()).total_seconds())
    await desk.turn()
    assert len(await desk.rows()) == 1


async def test_nothing_is_asked_while_the_operator_stopped_it(
    desk: Desk, schedule: Subscribe
) -> None:
    ponies, board = await schedule(), await schedule(site="twibooru", channel_id=22)
    async with desk.store.write() as tx:
        await tx.denials.site_off("twibooru", by=None)
        await tx.denials.panic(by=None)
    await desk.turn()
    async with desk.store.write() as tx:
        await tx.denials.resume()
    desk.policies.forget_switches()
    desk.clock.advance(3600)
    await desk.turn()
    assert (desk.asked("ponyapi"), desk.asked("twibooru")) == (1, 0)
    assert [len(await desk.rows(one.channel_id)) for one in (ponies, board)] == [1, 0]


async def test_a_query_that_may_not_be_asked_does_not_stop_the_others(
    desk: Desk, schedule: Subscribe
) -> None:
    """Fault F42; it pauses, and its server is told why."""
    wrong = await schedule(query="-pony", channel_id=22)
    await schedule()
    await desk.turn()
    assert [len(await desk.rows(place)) for place in (22, CHANNEL)] == [0, 1]
    assert (await desk.now(wrong)).pause is Pause.QUERY
    assert desk.changed == (wrong.id,)


async def test_what_the_feeds_have_not_found_yet_is_left_for_them(
    desk: Desk, schedule: Subscribe, clock: MovableClock
) -> None:
    """Drawn first it would count as seen, and be new to no feed."""
    seen = sorted(post.first_seen_at for post in world().posts("derpibooru").values())
    async with desk.store.write() as tx:
        cursor = seen[0] - HOUR
        await tx.tails.put(Tail(site="derpibooru", cursor=cursor, updated_cursor=cursor))
    one = await schedule(site="derpibooru", query="pony")
    await desk.turn()
    assert await desk.rows() == []
    async with desk.store.write() as tx:
        cursor = seen[-1] + HOUR
        await tx.tails.put(Tail(site="derpibooru", cursor=cursor, updated_cursor=cursor))
        await tx.subscriptions.advance(one.id, clock.now())
    await desk.turn()
    assert len(await desk.rows()) == 1
