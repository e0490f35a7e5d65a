"""The outbox as delivery sees it: what is due, in which order, and what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import json, structs
from sqlalchemy import event, insert

from bot.store import Announcement, Pause, Status, Store, Subscription
from bot.store.deliveries import Backlog
from bot.store.feed_tables import announcements
from tests.clock import MovableClock

GUILD, CHANNEL, OTHER = 11, 21, 22


class Outbox:
    """Puts rows into the outbox as they are."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        self.store = store
        self.clock = clock
        self._post = 0

    async def wish(self, **changes: Any) -> Subscription:
        now = self.clock.now()
        made = Subscription(
            **{
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "site": "derpibooru",
                "since": now,
                "created_at": now,
                **changes,
            }
        )
        async with self.store.write() as tx:
            return await tx.subscriptions.add(made)

    async def owe(self, wish: Subscription, **changes: Any) -> int:
        self._post += 1
        now = self.clock.now()
        row = Announcement(
            **{
                "guild_id": wish.guild_id,
                "channel_id": wish.channel_id,
                "site": wish.site,
                "post_id": self._post,
                "subscription_id": wish.id,
                "first_seen_at": now,
                "created_at": now,
                "due_at": now,
                **changes,
            }
        )
        values = structs.asdict(row) | {"matched": json.encode(row.matched).decode()}
        del values["id"]
        async with self.store.write() as tx:
            done = await tx.connection.execute(insert(announcements).values(values))
            assert done.inserted_primary_key is not None
            return int(done.inserted_primary_key[0])

    async def heads(self, channel_id: int = CHANNEL) -> list[int]:
        async with self.store.read() as tx:
            return [row.id for row in await tx.deliveries.head(channel_id)]

    async def due(self) -> tuple[tuple[int, int], ...]:
        async with self.store.read() as tx:
            return await tx.deliveries.due_channels()

    async def row(self, number: int) -> Announcement:
        async with self.store.read() as tx:
            found = await tx.announcements.get(number)
        assert found is not None
        return found


@pytest.fixture
def outbox(store: Store, clock: MovableClock) -> Outbox:
    return Outbox(store, clock)


async def test_channels_come_by_who_waits_longest(outbox: Outbox) -> None:
    late = await outbox.wish(guild_id=12, channel_id=OTHER)
    wish = await outbox.wish()
    await outbox.owe(wish)
    await outbox.owe(late)
    await outbox.owe(wish)
    assert await outbox.due() == ((GUILD, CHANNEL), (12, OTHER))


async def test_what_is_not_to_be_sent_now_is_not_due(
    outbox: Outbox, clock: MovableClock, store: Store
) -> None:
    paused = await outbox.wish(pause=Pause.NO_ACCESS, retry_at=clock.now())
    left = await outbox.wish(guild_id=13)
    wish = await outbox.wish()
    gone = structs.replace(wish, id=404)
    await outbox.owe(paused)
    await outbox.owe(left)
    await outbox.owe(gone)
    await outbox.owe(wish, due_at=clock.now() + timedelta(seconds=1))
    await outbox.owe(wish, digest=True)
    for status in Status:
        if status not in {Status.QUEUED, Status.SENDING}:
            await outbox.owe(wish, status=status)
    async with store.write() as tx:
        await tx.retention.left(13)
    assert await outbox.due() == ()
    assert await outbox.heads() == []
    clock.advance(1)
    assert await outbox.due() == ((GUILD, CHANNEL),)


async def test_what_is_under_way_comes_before_what_is_older(outbox: Outbox) -> None:
    wish = await outbox.wish()
    first = await outbox.owe(wish)
    under_way = await outbox.owe(wish, status=Status.SENDING)
    assert await outbox.heads() == [under_way]
    async with outbox.store.write() as tx:
        await tx.deliveries.take_back([under_way])
    assert await outbox.heads() == [first]


async def test_a_digest_is_one_message_whoever_of_it_is_left(outbox: Outbox) -> None:
    wish = await outbox.wish()
    lead = await outbox.owe(wish, digest=True, more=4)
    members = [await outbox.owe(wish, digest=True, lead_id=lead) for _number in range(3)]
    single = await outbox.owe(wish)
    async with outbox.store.write() as tx:
        await tx.deliveries.end([lead], Status.DROPPED, rule="F40", reason="gone")
    assert await outbox.heads() == members
    async with outbox.store.read() as tx:
        assert await tx.deliveries.more(lead) == 4
        assert await tx.deliveries.more(404) == 0
    async with outbox.store.write() as tx:
        await tx.deliveries.end(members, Status.ASIDE, rule="F41", reason="refused")
    assert await outbox.heads() == [single]
    assert (await outbox.row(lead)).reason == "gone"


async def test_a_message_is_cut_in_two_and_counts_at_its_end(outbox: Outbox) -> None:
    wish = await outbox.wish()
    lead = await outbox.owe(wish, digest=True, more=4)
    rest = [await outbox.owe(wish, digest=True, lead_id=lead) for _number in range(4)]
    rows = [await outbox.row(number) for number in (lead, *rest)]
    async with outbox.store.write() as tx:
        await tx.deliveries.sending([row.id for row in rows])
        await tx.deliveries.split([structs.replace(rows[0], lead_id=lead), *rows[1:]], 4)
    assert await outbox.heads() == [lead, rest[0]]
    async with outbox.store.write() as tx:
        assert await tx.deliveries.more(lead) == 0
        await tx.deliveries.end([lead, rest[0]], Status.ASIDE, rule="F41", reason="refused")
    assert await outbox.heads() == rest[1:]
    async with outbox.store.read() as tx:
        assert await tx.deliveries.more(rest[1]) == 4


async def test_what_was_sent_is_noted_with_its_place(outbox: Outbox, clock: MovableClock) -> None:
    wish = await outbox.wish()
    post, word = await outbox.owe(wish), await outbox.owe(wish, post_id=None, more=3)
    lost = await outbox.owe(wish)
    later = clock.now() + timedelta(minutes=10)
    async with outbox.store.write() as tx:
        await tx.deliveries.sending([post, word, lost])
        await tx.deliveries.sent({post: "a:b:c", word: ""}, (77, 78, "embed"), later)
        await tx.deliveries.sent({lost: ""}, None, later)
    sent, told, nowhere = [await outbox.row(number) for number in (post, word, lost)]
    assert (sent.status, sent.message_id, sent.message_channel_id) == (Status.SENT, 77, 78)
    assert (sent.form, sent.shown, sent.recheck_at) == ("embed", "a:b:c", later)
    assert sent.sent_at == clock.now()
    assert (told.status, told.recheck_at) == (Status.SENT, None)
    assert (nowhere.status, nowhere.message_id, nowhere.recheck_at) == (Status.SENT, None, None)


async def test_the_window_goes_on_where_it_is_not_a_new_one(
    outbox: Outbox, clock: MovableClock
) -> None:
    number = await outbox.owe(await outbox.wish())
    began = clock.now()
    for anew, expected in ((True, 0), (False, 0), (True, 20)):
        async with outbox.store.write() as tx:
            await tx.deliveries.sending([number], anew=anew)
        assert (await outbox.row(number)).sending_at == began + timedelta(seconds=expected)
        clock.advance(10)
    assert (await outbox.row(number)).attempts == 3


async def test_a_subscription_is_put_off_as_a_whole(outbox: Outbox, clock: MovableClock) -> None:
    wish, other = await outbox.wish(), await outbox.wish()
    until = clock.now() + timedelta(hours=1)
    far = until + timedelta(hours=1)
    first, second = await outbox.owe(wish), await outbox.owe(wish, due_at=far)
    beside = await outbox.owe(other)
    async with outbox.store.write() as tx:
        await tx.deliveries.postpone(CHANNEL, wish.id, until)
    assert (await outbox.row(first)).due_at == until
    assert (await outbox.row(second)).due_at == far
    assert await outbox.heads() == [beside]


async def test_a_cap_counts_messages_and_not_posts(outbox: Outbox, clock: MovableClock) -> None:
    wish = await outbox.wish()
    lead = await outbox.owe(wish)
    times = []
    for _message in range(2):
        member = await outbox.owe(wish, lead_id=lead)
        async with outbox.store.write() as tx:
            await tx.deliveries.sent({lead: "x", member: "y"}, (1, 2, "embed"), clock.now())
        times.append(clock.now())
        clock.advance(60)
        lead = await outbox.owe(wish)
    async with outbox.store.read() as tx:
        assert sorted(await tx.deliveries.sent_at(wish.id)) == times


async def test_how_much_is_owed_is_told_by_status_with_the_oldest_that_nothing_holds_back(
    outbox: Outbox, clock: MovableClock
) -> None:
    async with outbox.store.read() as tx:
        assert await tx.deliveries.backlog() == Backlog({}, None)
    wish, paused = await outbox.wish(), await outbox.wish(pause=Pause.NO_ACCESS)
    now = clock.now()
    await outbox.owe(paused, due_at=now - timedelta(hours=9))
    await outbox.owe(wish, due_at=now - timedelta(hours=8), digest=True)
    await outbox.owe(wish, due_at=now - timedelta(minutes=2))
    await outbox.owe(wish, due_at=now - timedelta(minutes=1), status=Status.SENDING)
    await outbox.owe(wish, due_at=now - timedelta(hours=7), status=Status.SENT)
    await outbox.owe(wish, due_at=now + timedelta(minutes=1))
    async with outbox.store.read() as tx:
        assert await tx.deliveries.backlog() == Backlog(
            {Status.QUEUED: 4, Status.SENDING: 1}, now - timedelta(minutes=2)
        )


async def test_how_much_is_owed_is_asked_in_one_statement_of_its_index(store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, *what: Any) -> None:
        asked.append(what[:2])

    async with store.read() as tx:
        event.listen(tx.connection.sync_connection, "before_cursor_execute", note)
        await tx.deliveries.backlog()
        ((statement, values),) = asked
        plan = await tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row["detail"] for row in plan.mappings()]
    assert "ix_announcements_owed" in steps[0]
    assert not [step for step in steps if step.startswith("SCAN") and "ix_" not in step]


async def test_what_is_owed_is_found_by_its_index(store: Store) -> None:
    """A hundred thousand announcements that were sent cost nothing."""
    async with store.read() as tx:
        found = await tx.connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT guild_id FROM announcements"
            " WHERE status IN ('queued', 'sending') AND due_at <= 1"
        )
        plan = " ".join(str(row) for row in found)
    assert "ix_announcements_owed" in plan
