"""New posts are read once for everybody, and come to each channel once and in order (faults, 1)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.demo.sites.modes import Kind, Mode
from bot.feeds.announce import Announcer, Match, Prepared
from bot.store import Status, StoreError, Subscription, Transaction
from bot.store.errors import StoreFullError
from tests.feeds.following import GUILD, Following

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Failing:
    """Puts announcements into the outbox, and then fails before they are committed."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    async def prepare(self, matches: Sequence[Match]) -> Prepared:
        return await self._announcer.prepare(matches)

    async def keep(self, tx: Transaction, prepared: Prepared) -> int:
        await self._announcer.keep(tx, prepared)
        raise StoreFullError(Path("mailmare.db"), "no room")


async def test_what_was_there_at_the_first_start_is_announced_to_nobody(stage: Following) -> None:
    await stage.subscribe()
    stage.publish("mare", at=stage.clock.now() - timedelta(seconds=1))
    await stage.turn()
    assert await stage.rows() == []
    newest = max(post.first_seen_at for post in stage.world.posts("derpibooru").values())
    assert (await stage.kept()).cursor == newest


async def test_new_posts_come_once_and_oldest_first(stage: Following) -> None:
    wish = await stage.subscribe("mare, -ocean")
    await stage.turn()
    wanted = []
    for _round in range(3):
        stage.clock.advance(60)
        # What a board lists is newest first; ids say nothing about it.
        later = stage.publish("mare")
        earlier = stage.publish("mare", at=stage.clock.now() - timedelta(seconds=30))
        stage.publish("mare", "ocean")
        stage.publish("beach")
        wanted += [earlier.id, later.id]
        await stage.pass_by(timedelta(minutes=10))
    assert await stage.owed() == wanted
    rows = await stage.rows()
    assert {row.matched for row in rows} == {(wish.id,)}
    assert stage.woken > 0


async def test_the_number_of_requests_does_not_depend_on_the_number_of_subscriptions(
    stage: Following,
) -> None:
    counts = []
    await stage.turn()
    for wishes in (1, 30):
        for number in range(wishes):
            await stage.subscribe(
                "mare", guild_id=GUILD + number, channel_id=1000 * wishes + number
            )
        stage.asked()
        for _round in range(3):
            stage.publish("mare")
            await stage.pass_by(timedelta(minutes=5))
        counts.append(len(stage.asked()))
    assert counts[0] == counts[1]


async def test_a_late_approval_comes_although_its_id_is_old(stage: Following) -> None:
    """Reference: boards, 0.10: an old id and a new `first_seen_at`."""
    await stage.subscribe("mare")
    old = stage.publish("mare", at=stage.clock.now() - DAY, approved=False)
    await stage.turn()
    stage.publish("mare", at=stage.clock.now() + timedelta(seconds=1))
    await stage.pass_by(timedelta(minutes=10))
    assert len(await stage.owed()) == 1
    now = stage.clock.now()
    stage.vote(old, approved=True, first_seen_at=now, updated_at=now)
    await stage.pass_by(timedelta(minutes=10))
    assert (await stage.owed())[1:] == [old.id]


async def test_a_post_that_an_index_shows_late_comes_all_the_same(stage: Following) -> None:
    await stage.subscribe("mare")
    await stage.turn()
    stage.clock.advance(3600)
    newer = stage.publish("mare")
    await stage.turn()
    # Not listed before, and first seen before what was handled already.
    late = stage.publish("mare", at=stage.clock.now() - timedelta(minutes=10))
    await stage.pass_by(timedelta(minutes=10))
    assert await stage.owed() == [newer.id, late.id]


async def test_the_same_list_for_ever_is_neither_repeated_nor_read_to_no_end(
    stage: Following,
) -> None:
    """F39."""
    await stage.subscribe()
    await stage.turn()
    stage.clock.advance(300)
    post = stage.publish("mare")
    await stage.turn()
    stage.clock.advance(timedelta(days=20).total_seconds())
    await stage.turn()
    async with stage.store.write() as tx:
        while await tx.posts.forget_old():
            pass
    stage.asked()
    await stage.pass_by(timedelta(minutes=20), step=300)
    assert await stage.owed() == [post.id]
    # Every five minutes one page, and the latest edits.
    assert len(stage.asked()) == 2 * 4


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, 400 * DAY])
async def test_a_sites_wrong_clock_hides_nothing_once_it_is_set_right(
    stage: Following, ahead: timedelta
) -> None:
    """F39: what appeared meanwhile comes too, unless it seems to be from before the feed."""
    stage.publish("mare", at=stage.clock.now() - DAY)
    await stage.turn()
    await stage.subscribe("mare")
    stage.clock.advance(7200)
    odd = stage.publish("mare", at=stage.clock.now() + ahead)
    await stage.pass_by(timedelta(minutes=10))
    right = stage.publish("mare")
    await stage.pass_by(timedelta(minutes=10))
    assert await stage.owed() == [odd.id, right.id]


async def test_after_three_days_away_the_newest_come_and_the_rest_is_counted(
    stage: Following,
) -> None:
    """F38: 500 matches; the cap is the announcer's."""
    await stage.subscribe("mare")
    await stage.turn()
    start = stage.clock.now()
    posts = [
        stage.publish("mare", at=start + timedelta(minutes=8 * (number + 1)))
        for number in range(500)
    ]
    stage.clock.advance(3 * 86400)
    stage.restart()
    await stage.roster.load()
    await stage.turn()
    rows = await stage.rows()
    queued = [row for row in rows if row.status is Status.QUEUED]
    assert [row.post_id for row in queued if row.post_id is not None] == [
        post.id for post in posts[-25:]
    ]
    assert [row.more for row in queued if row.post_id is None] == [475]


async def test_nothing_is_lost_when_a_commit_fails_half_way(stage: Following) -> None:
    """F28, F31: what was read but not kept is read again."""

    await stage.subscribe("mare")
    await stage.turn()
    before = await stage.kept()
    stage.clock.advance(300)
    post = stage.publish("mare")
    with pytest.raises(StoreError):
        await stage.clock.hurry(stage.tail_with(Failing(stage.announcer)).turn())
    assert await stage.rows() == []
    assert await stage.kept() == before
    stage.restart()
    await stage.roster.load()
    await stage.turn()
    assert await stage.owed() == [post.id]


async def test_a_site_nobody_wants_anything_of_is_left_alone(stage: Following) -> None:
    await stage.turn()
    stage.asked()
    stage.publish("mare")
    await stage.pass_by(2 * DAY, step=6 * 3600)
    assert stage.asked() == []
    await stage.subscribe("mare")
    late = stage.publish("mare", at=stage.clock.now() + timedelta(seconds=1))
    await stage.pass_by(timedelta(minutes=6))
    assert await stage.owed() == [late.id]


async def test_nothing_is_read_while_the_operator_has_switched_it_off(stage: Following) -> None:
    """Reference: safety, 3.9; what appears meanwhile comes afterwards."""
    await stage.subscribe("mare")
    await stage.turn()
    async with stage.store.write() as tx:
        await tx.denials.site_off("derpibooru", by=1)
    stage.policies.forget_switches()
    stage.asked()
    stage.clock.advance(300)
    post = stage.publish("mare")
    await stage.pass_by(HOUR)
    assert stage.asked() == []
    async with stage.store.write() as tx:
        await tx.denials.site_on("derpibooru")
    stage.policies.forget_switches()
    await stage.turn()
    assert await stage.owed() == [post.id]


async def test_unsafe_posts_are_not_even_read_under_the_safe_profile(stage: Following) -> None:
    """Rule D7."""
    await stage.subscribe()
    await stage.turn()
    stage.clock.advance(300)
    stage.asked()
    post = stage.publish("mare")
    stage.edit(post, tags=("explicit", "artist:velvet_acorn", "mare"))
    await stage.turn()
    newest = [one for one in stage.asked() if one.query.get("sf") == "first_seen_at"]
    assert newest
    assert all(one.query["q"].startswith("safe, ") for one in newest)
    assert await stage.rows() == []


class TestPace:
    async def test_a_busy_site_is_asked_more_often_than_a_quiet_one(self, stage: Following) -> None:
        await stage.subscribe("mare")
        await stage.turn()
        assert stage.tails["derpibooru"].pause == 300.0
        for _number in range(40):
            stage.clock.advance(20)
            stage.publish("beach")
        await stage.turn()
        assert stage.tails["derpibooru"].pause == 20.0

    async def test_twibooru_is_never_asked_for_more_than_half_of_what_it_allows(
        self, stage: Following
    ) -> None:
        """Rule L7: ten searches a minute, of which people need some."""
        for number in range(30):
            await stage.subscribe(f"mare, faved_by:somepony{number}", site="twibooru")
        await stage.turn("twibooru")
        stage.asked("twibooru")
        searches = []
        for _number in range(40):
            stage.publish("mare", site="twibooru")
            stage.clock.advance(20)
            await stage.turn("twibooru")
            searches += [
                one.at for one in stage.asked("twibooru") if one.path.endswith("search/posts")
            ]
        busiest = max(sum(at - 60 < one <= at for one in searches) for at in searches)
        assert 0 < busiest <= 5


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_each_post_comes_exactly_once(stage: Following, seed: int) -> None:
    """Outages, restarts, failing commits, retags, late approvals, skewed clocks, mixed."""
    rng = Random(seed)
    await stage.turn()
    await stage.subscribe("mare")
    stage.clock.advance(600)
    wanted: set[int] = set()
    others = []
    for _step in range(30):
        stage.clock.advance(rng.choice((5, 30, 400)))
        match rng.randrange(8):
            case 0 | 1 | 2:
                at = stage.clock.now() + timedelta(seconds=rng.randint(-200, 200))
                made = rng.random() < 0.8
                wanted.add(stage.publish("mare", at=at, thumbnails_generated=made).id)
            case 3:
                others.append(stage.publish("beach", approved=rng.random() < 0.7))
            case 4 if others:
                post = others.pop()
                now = stage.clock.now()
                stage.edit(post, tags=(*post.tags, "mare"), approved=True, first_seen_at=now)
                wanted.add(post.id)
            case 5:
                kinds: list[Kind] = ["500", "503", "429", "truncated", "drop"]
                stage.simulated.set_mode("derpibooru", Mode(kind=rng.choice(kinds), times=1))
            case 6:
                stage.restart()
                await stage.roster.load()
            case 7:
                failing = stage.tail_with(Failing(stage.announcer))
                with suppress(StoreError):
                    await stage.clock.hurry(failing.turn())
        await stage.turn()
    stage.simulated.set_mode("derpibooru")
    for post_id in wanted:
        post = stage.world.posts("derpibooru")[post_id]
        stage.vote(post, thumbnails_generated=True)
    await stage.pass_by(timedelta(hours=4), step=900)
    told = [row.post_id for row in await stage.rows() if row.post_id is not None]
    assert sorted(told) == sorted(wanted)


class Joining:
    """Lets somebody subscribe while posts are being decided, of whom nobody tells the roster."""

    def __init__(self, stage: Following) -> None:
        self._stage = stage
        self.wish: Subscription | None = None

    async def prepare(self, matches: Sequence[Match]) -> Prepared:
        if self.wish is None:
            now = self._stage.clock.now()
            async with self._stage.store.write() as tx:
                self.wish = await tx.subscriptions.add(
                    Subscription(
                        guild_id=GUILD,
                        channel_id=22,
                        site="derpibooru",
                        query="mare",
                        since=await tx.tails.beginning("derpibooru"),
                        created_at=now,
                    )
                )
        return await self._stage.announcer.prepare(matches)

    async def keep(self, tx: Transaction, prepared: Prepared) -> int:
        return await self._stage.announcer.keep(tx, prepared)


async def test_a_post_is_not_lost_to_a_feed_that_begins_while_it_is_decided(
    stage: Following,
) -> None:
    """Faults, design 1: a new subscription starts at the tail's present cursor."""
    await stage.subscribe("mare")
    await stage.turn()
    stage.clock.advance(60)
    post = stage.publish("mare")
    joining = Joining(stage)
    await stage.clock.hurry(stage.tail_with(joining).turn())
    assert joining.wish is not None
    assert await stage.owed() == [post.id]
    assert await stage.owed(22) == [post.id]
