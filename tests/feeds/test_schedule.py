"""Scheduled random pictures: what is drawn, and not the same again (rule D11)."""

from datetime import datetime, timedelta

import pytest

from bot.demo.sites import Mode
from bot.feeds.identity import identities
from bot.feeds.schedule import PAUSE, RECENT, TRIES
from bot.safety import Action
from bot.store import (
    Filter,
    Pause,
    Status,
    Subject,
    Tail,
)
from tests.clock import MovableClock
from tests.feeds.drawing import Drawing
from tests.feeds.owed import CHANNEL, GUILD, Owe, Subscribe
from tests.sites.simulated import world

HOUR = timedelta(hours=1)


async def test_a_pony_comes_at_its_time_ready_to_be_sent(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule()
    await drawing.turn()
    await drawing.turn()
    (row,) = await drawing.rows()
    assert (row.site, row.subscription_id, row.matched) == ("ponyapi", one.id, (one.id,))
    assert (row.status, row.digest, drawing.woken) == (Status.QUEUED, False, 1)
    assert (await drawing.now(one)).next_at == clock.now() + HOUR
    assert row.post_id is not None
    async with drawing.store.read() as tx:
        kept = await tx.posts.body("ponyapi", row.post_id)
        assert kept is not None
        assert kept.post is not None
        assert await tx.announcements.of_pictures(identities(kept.post), channel_id=CHANNEL)


async def test_no_picture_comes_twice_while_there_are_others(
    drawing: Drawing, schedule: Subscribe
) -> None:
    await schedule(site="derpibooru", query="pony")
    for _hour in range(6):
        await drawing.turn()
        await drawing.send()
        drawing.clock.advance(3600)
    rows = await drawing.rows()
    assert len(rows) == len({row.key for row in rows}) == 6


async def test_what_is_due_together_is_asked_for_together(
    drawing: Drawing, schedule: Subscribe
) -> None:
    for number in range(8):
        await schedule(channel_id=100 + number, guild_id=GUILD + number)
        await schedule(
            channel_id=200 + number, guild_id=GUILD + number, site="derpibooru", query="pony"
        )
    await drawing.turn()
    assert drawing.woken == 16
    assert (drawing.asked("ponyapi"), drawing.asked("derpibooru")) == (1, 1)
    request = drawing.simulated.requests["derpibooru"][0]
    assert (request.query["sf"], request.query["per_page"]) == ("random", "50")
    assert request.query["q"].startswith("safe, ")


async def test_what_the_channel_hides_does_not_come(drawing: Drawing, schedule: Subscribe) -> None:
    rules = [
        Filter(guild_id=GUILD, kind=Action.HIDE, subject=Subject.QUERY, expression=expression)
        for expression in ("-solo", "unicorn")
    ]
    async with drawing.store.write() as tx:
        await tx.filters.put(rules)
    await schedule(site="derpibooru")
    for _hour in range(3):
        await drawing.turn()
        await drawing.send()
        drawing.clock.advance(3600)
    rows = await drawing.rows()
    assert rows
    for row in rows:
        assert row.post_id is not None
        tags = world().posts("derpibooru")[row.post_id].tags
        assert "solo" in tags
        assert "unicorn" not in tags


async def test_when_all_were_shown_the_oldest_comes_again_after_days(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    few = [post for post in world().posts("derpibooru").values() if post.safe and not post.awkward]
    ids = [post.id for post in few[:2]]
    one = await schedule(site="derpibooru", query=" || ".join(f"id:{number}" for number in ids))
    for _hour in range(4):
        await drawing.turn()
        await drawing.send()
        drawing.clock.advance(3600)
    first, second = await drawing.rows()
    assert {first.post_id, second.post_id} == set(ids)
    assert (await drawing.now(one)).next_at == clock.now()
    drawing.clock.advance(RECENT.total_seconds() - 3 * 3600)
    await drawing.turn()
    kept, again = await drawing.rows()
    assert (kept.id, again.post_id) == (second.id, first.post_id)
    # Another announcement, so another nonce.
    assert again.id > second.id


async def test_one_that_brings_nothing_for_long_is_told_once(
    drawing: Drawing, schedule: Subscribe
) -> None:
    one = await schedule(query="no such pony at all")
    told = []
    for _hour in range(6):
        await drawing.turn()
        drawing.clock.advance(3600)
        async with drawing.store.read() as tx:
            told.append(await tx.notices.of_guild(GUILD))
    assert [len(notices) for notices in told] == [0, 0, 0, 1, 1, 1]
    (notice,) = told[-1]
    assert (notice.kind, notice.subscription_id) == ("silent", one.id)


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.DROPPED])
async def test_what_was_kept_back_once_may_be_drawn_later(
    drawing: Drawing, schedule: Subscribe, owe: Owe, status: Status
) -> None:
    post = next(
        post for post in world().posts("derpibooru").values() if post.safe and not post.awkward
    )
    one = await schedule(site="derpibooru", query=f"id:{post.id}")
    before = await owe(one, None, status=status, post_id=post.id)
    await drawing.turn()
    (row,) = await drawing.rows()
    assert row.id > before.id
    assert row.status is Status.QUEUED


async def test_a_draw_is_left_out_after_a_few_failures_and_nothing_piles_up(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule()
    drawing.simulated.set_mode("ponyapi", Mode(kind="down_500_empty"))
    for _try in range(TRIES - 1):
        began = clock.now()
        await drawing.turn()
        assert (await drawing.now(one)).next_at == began + PAUSE
        drawing.clock.advance(PAUSE.total_seconds())
    await drawing.turn()
    next_at = (await drawing.now(one)).next_at
    assert next_at == datetime.fromisoformat("2026-11-22T13:00:00+00:00")
    drawing.simulated.set_mode("ponyapi")
    drawing.clock.advance(3600)
    await drawing.turn()
    assert len(await drawing.rows()) == 1


async def test_tags_that_no_pony_has_are_no_failure(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule(query="no such pony at all")
    await drawing.turn()
    assert await drawing.rows() == []
    assert (await drawing.now(one)).next_at == clock.now() + HOUR


async def test_nothing_is_asked_while_the_operator_stopped_it(
    drawing: Drawing, schedule: Subscribe
) -> None:
    ponies, board = await schedule(), await schedule(site="twibooru", channel_id=22)
    async with drawing.store.write() as tx:
        await tx.denials.site_off("twibooru", by=None)
        await tx.denials.panic(by=None)
    await drawing.turn()
    async with drawing.store.write() as tx:
        await tx.denials.resume()
    drawing.policies.forget_switches()
    drawing.clock.advance(3600)
    await drawing.turn()
    assert (drawing.asked("ponyapi"), drawing.asked("twibooru")) == (1, 0)
    assert [len(await drawing.rows(one.channel_id)) for one in (ponies, board)] == [1, 0]


async def test_a_query_that_may_not_be_asked_does_not_stop_the_others(
    drawing: Drawing, schedule: Subscribe
) -> None:
    """Fault F42; it pauses, and its server is told why."""
    wrong = await schedule(query="-pony", channel_id=22)
    await schedule()
    await drawing.turn()
    assert [len(await drawing.rows(place)) for place in (22, CHANNEL)] == [0, 1]
    assert (await drawing.now(wrong)).pause is Pause.QUERY
    assert drawing.changed == (wrong.id,)


async def test_what_the_feeds_have_not_found_yet_is_left_for_them(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    """Drawn first it would count as seen, and be new to no feed."""
    seen = sorted(post.first_seen_at for post in world().posts("derpibooru").values())
    async with drawing.store.write() as tx:
        cursor = seen[0] - HOUR
        await tx.tails.put(Tail(site="derpibooru", cursor=cursor, updated_cursor=cursor))
    one = await schedule(site="derpibooru", query="pony")
    await drawing.turn()
    assert await drawing.rows() == []
    async with drawing.store.write() as tx:
        cursor = seen[-1] + HOUR
        await tx.tails.put(Tail(site="derpibooru", cursor=cursor, updated_cursor=cursor))
        await tx.subscriptions.advance(one.id, clock.now())
    await drawing.turn()
    assert len(await drawing.rows()) == 1
