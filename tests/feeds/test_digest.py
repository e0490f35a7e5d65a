"""Digests: what came in a period, in one message, at local times (faults F36-F37)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from sqlalchemy import update

from bot.feeds.appointments import Appointments
from bot.feeds.digest import DIGEST_SIZE, Digests
from bot.feeds.forgetting import Forgetting
from bot.feeds.local_times import next_time
from bot.feeds.roster import Roster
from bot.store import Guild, Pause, Rhythm, Status, Store, Subscription
from bot.store.announcements import FORGOTTEN, KEPT
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.owed import GUILD, MakePost, Owe, Subscribe, announcement

VIENNA, NEW_YORK = "Europe/Vienna", "America/New_York"


def at(text: str, zone: str = "UTC") -> datetime:
    """Return an instant by what a zone's clocks show."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Desk:
    """Digests, the clock that they go by, and what they queued."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        self.store = store
        self.clock = clock
        self.woken = 0
        self.digests = Digests(store, clock, wake=self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def move(self, to: datetime) -> None:
        self.clock.advance((to - self.clock.now()).total_seconds())

    async def zone(self, name: str, guild_id: int = GUILD) -> None:
        async with self.store.write() as tx:
            await tx.guilds.put(Guild(id=guild_id, time_zone=name))

    async def next_at(self, feed: Subscription) -> datetime | None:
        async with self.store.read() as tx:
            found = await tx.subscriptions.get(feed.id)
        return None if found is None else found.next_at

    async def send(self, feed: Subscription) -> list[int]:
        """Let what is due be sent; return how many posts each message shows."""
        statement = update(announcements).where(
            announcements.c.subscription_id == feed.id,
            announcements.c.status == Status.QUEUED,
            announcements.c.lead_id.is_not(None),
        )
        async with self.store.write() as tx:
            done = await tx.connection.execute(
                statement.values(status=Status.SENT, sent_at=self.clock.now(), attempts=1)
                .returning(announcements.c.lead_id)
            )  # fmt: skip
            leads = list(done.scalars())
        return [leads.count(lead) for lead in sorted(set(leads))]


@pytest.fixture
def desk(store: Store, clock: MovableClock) -> Desk:
    return Desk(store, clock)


async def test_a_period_ends_at_its_local_time_in_one_message(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    await desk.zone(VIENNA)
    desk.move(at("2026-11-22 12:00", VIENNA))
    feed = await subscribe(
        rhythm=Rhythm.DAILY, at_minute=18 * 60, next_at=at("2026-11-22 18:00", VIENNA)
    )
    rows = []
    for number in range(1, DIGEST_SIZE + 4):
        desk.clock.advance(60)
        rows.append(await owe(feed, make_post(number), digest=True, first_seen_at=desk.clock.now()))
    await desk.digests.turn()
    assert desk.woken == 0
    desk.move(at("2026-11-22 18:00", VIENNA))
    await desk.digests.turn()
    assert desk.woken == 1
    lead = await announcement(desk.store, rows[3].id)
    assert (lead.lead_id, lead.more, lead.due_at) == (lead.id, 3, desk.clock.now())
    folded = [await announcement(desk.store, row.id) for row in rows[:3]]
    assert {row.status for row in folded} == {Status.FOLDED}
    assert await desk.next_at(feed) == at("2026-11-23 18:00", VIENNA)
    assert await desk.send(feed) == [DIGEST_SIZE]


async def test_nothing_to_tell_is_no_message(desk: Desk, subscribe: Subscribe) -> None:
    feed = await subscribe(rhythm=Rhythm.HOURLY, next_at=desk.clock.now())
    await desk.digests.turn()
    assert desk.woken == 0
    assert await desk.next_at(feed) == desk.clock.now() + timedelta(hours=1)


async def test_after_downtime_a_period_ends_once_and_no_burst_comes(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    feed = await subscribe(rhythm=Rhythm.HOURLY, next_at=desk.clock.now())
    await owe(feed, make_post(1), digest=True)
    desk.clock.advance(50.5 * 3600)
    await desk.digests.turn()
    await desk.digests.turn()
    assert await desk.send(feed) == [1]
    assert await desk.next_at(feed) == desk.clock.now() + timedelta(minutes=30)


async def test_what_came_in_quiet_hours_comes_in_one_message_at_their_end(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    await desk.zone(NEW_YORK)
    desk.move(at("2026-11-22 21:30", NEW_YORK))
    feed = await subscribe(
        rhythm=Rhythm.HOURLY,
        quiet_from=22 * 60,
        quiet_until=7 * 60 + 30,
        next_at=at("2026-11-22 22:00", NEW_YORK),
    )
    sent: dict[datetime, list[int]] = {}
    for number in range(24):
        desk.move(at("2026-11-22 21:30", NEW_YORK) + timedelta(minutes=30 * number))
        await owe(feed, make_post(number + 1), digest=True)
        await desk.digests.turn()
        if messages := await desk.send(feed):
            sent[desk.clock.now()] = messages
    # Half past seven, then each full hour again.
    assert sent == {
        at("2026-11-23 07:30", NEW_YORK): [10],
        at("2026-11-23 08:00", NEW_YORK): [1],
        at("2026-11-23 09:00", NEW_YORK): [2],
    }


@pytest.mark.parametrize(
    ("zone", "change", "minute"),
    [
        (VIENNA, "2026-03-29", 150),
        (VIENNA, "2026-10-25", 150),
        (NEW_YORK, "2026-03-08", 150),
        (NEW_YORK, "2026-11-01", 90),
    ],
)
async def test_over_a_night_of_change_every_day_has_its_digest_once(
    store: Store, subscribe: Subscribe, owe: Owe, make_post: MakePost,
    zone: str, change: str, minute: int,
) -> None:  # fmt: skip
    """Also where that night has no half past two, or two of them."""
    midnight = at(f"{change} 00:00", zone) - timedelta(days=2)
    desk = Desk(store, MovableClock(midnight))
    await desk.zone(zone)
    first = next_time(midnight, Rhythm.DAILY, minute, None, zone)
    feed = await subscribe(rhythm=Rhythm.DAILY, at_minute=minute, next_at=first)
    sent: list[tuple[datetime, list[int]]] = []
    for hour in range(4 * 24):
        desk.move(midnight + timedelta(hours=hour, minutes=30))
        if hour % 4 == 0:
            await owe(feed, make_post(hour + 1), digest=True)
        woken = desk.woken
        await desk.digests.turn()
        if desk.woken > woken:
            sent.append((desk.clock.now().astimezone(ZoneInfo(zone)), await desk.send(feed)))
    dates = [moment.date() for moment, _messages in sent]
    assert len(dates) == len(set(dates)) == 4
    shown = [moment.hour * 60 + moment.minute for moment, _messages in sent]
    late = 60 if change < "2026-06" else 0
    assert shown == [minute, minute, minute + late, minute]
    # Six a day; those after the last digest wait for the next.
    assert [messages for _moment, messages in sent[1:]] == [[6]] * 3


@pytest.mark.parametrize("changes", [{"pause": Pause.PERSON}, {"next_at": None}])
async def test_what_is_paused_or_has_no_period_waits(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost, changes: dict[str, Any]
) -> None:
    feed = await subscribe(
        **{"rhythm": Rhythm.HOURLY, "next_at": desk.clock.now(), **changes}
    )  # fmt: skip
    await owe(feed, make_post(1), digest=True)
    await desk.digests.turn()
    assert await desk.send(feed) == []
    assert await desk.next_at(feed) == feed.next_at


async def test_what_fails_for_one_server_does_not_touch_the_others(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    """Here a zone that no longer exists (fault F42)."""
    now = desk.clock.now()
    lost = await subscribe(guild_id=12, channel_id=22, rhythm=Rhythm.HOURLY, next_at=now)
    await desk.zone("Equestria/Ponyville", 12)
    feed = await subscribe(rhythm=Rhythm.HOURLY, next_at=now)
    for one in (lost, feed):
        await owe(one, make_post(1), digest=True)
    with pytest.raises(KeyError, match="Ponyville"):
        await desk.digests.turn()
    assert await desk.send(feed) == [1]
    assert await desk.send(lost) == []


async def test_a_time_that_was_reckoned_while_the_clock_was_ahead_is_put_right(
    desk: Desk, subscribe: Subscribe
) -> None:
    """Fault F36: else the feed would be silent for as long as the clock was wrong."""
    now = desk.clock.now()
    far = {
        rhythm: await subscribe(rhythm=rhythm, at_minute=30, next_at=now + timedelta(days=days))
        for rhythm, days in {Rhythm.HOURLY: 1, Rhythm.DAILY: 3, Rhythm.WEEKLY: 20}.items()
    }
    near = await subscribe(rhythm=Rhythm.WEEKLY, next_at=now + timedelta(days=13))
    each = await subscribe()
    roster = Roster(desk.store)
    await Appointments(desk.store, desk.clock, changed=roster.changed).turn()
    for rhythm, feed in far.items():
        assert await desk.next_at(feed) == next_time(now, rhythm, 30, None, "UTC")
    assert await desk.next_at(near) == near.next_at
    assert await desk.next_at(each) is None


async def test_nothing_waits_for_a_day_that_only_seemed_to_be_near(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    """Fault F36: what was noted while the clock was a year ahead comes now."""
    now = desk.clock.now()
    desk.clock.advance(timedelta(days=365).total_seconds())
    feed = await subscribe(pause=Pause.NO_ACCESS, retry_at=desk.clock.now())
    owed = await owe(feed, make_post(1))
    sent = await owe(feed, make_post(2), status=Status.SENT, recheck_at=desk.clock.now())
    desk.clock.advance(-timedelta(days=365).total_seconds())
    usual = await subscribe(since=now + timedelta(minutes=1))
    held = await owe(usual, make_post(3), due_at=now + timedelta(hours=12))
    roster = Roster(desk.store)
    await roster.load()
    await Appointments(desk.store, desk.clock, changed=roster.changed).turn()
    begun = roster.get(feed.id)
    assert begun is not None
    assert (begun.since, begun.retry_at) == (now, now)
    assert roster.get(usual.id) == usual
    rows = [await announcement(desk.store, row.id) for row in (owed, sent, held)]
    assert [row.due_at for row in rows] == [now, sent.due_at, held.due_at]
    assert rows[1].recheck_at == now


async def test_all_that_is_old_is_forgotten_in_one_turn(
    desk: Desk, subscribe: Subscribe, owe: Owe, make_post: MakePost
) -> None:
    feed = await subscribe()
    old = await owe(feed, make_post(1), status=Status.SENT)
    async with desk.store.write() as tx:
        await tx.announcements.add(
            structs.replace(old, post_id=number) for number in range(2, FORGOTTEN + 10)
        )
    desk.clock.advance(KEPT.total_seconds() + 60)
    young = await owe(feed, make_post(1000), status=Status.SENT)
    await Forgetting(desk.store).turn()
    async with desk.store.read() as tx:
        found = await tx.announcements.of_posts("derpibooru", range(1001))
    assert [row.id for row in found] == [young.id]
