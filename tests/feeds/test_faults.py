"""A fault of our own costs one post, or one subscription, and is never silent (fault F42)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec import structs
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.feeds.announce import Announcer, Match, Prepared
from bot.feeds.answers import Answers
from bot.feeds.new_posts import broadest
from bot.feeds.roster import Roster
from bot.policies import Policies
from bot.posts.model import Post
from bot.query import Matches
from bot.store import Status, Store, StoreError, Transaction, Waiting
from bot.store.errors import StoreBusyError
from tests.clock import MovableClock
from tests.feeds.following import Following, following
from tests.feeds.memory_discord import MemoryDiscord

MINUTES_10, HOUR = timedelta(minutes=10), timedelta(hours=1)


class Faulty:
    """An announcer with a mistake in it: some posts, or some subscriptions, it cannot take."""

    def __init__(self) -> None:
        self.posts: set[int] = set()
        self.subscriptions: set[int] = set()
        self.store_fails_at: int | None = None
        self.announcer: Announcer

    async def prepare(self, matches: Sequence[Match]) -> Prepared:
        for match in matches:
            if match.post.id in self.posts or self.subscriptions & {*match.subscription_ids}:
                raise KeyError(match.post.id)
            if self.store_fails_at in match.subscription_ids and len(matches) == 1:
                raise StoreBusyError(Path("mailmare.db"), "killed")
        return await self.announcer.prepare(matches)

    async def keep(self, tx: Transaction, prepared: Prepared) -> int:
        return await self.announcer.keep(tx, prepared)


class FaultyRoster(Roster):
    """A roster that cannot match some posts, or cannot match anything for some subscriptions."""

    posts: ClassVar[set[int]] = set()
    subscriptions: ClassVar[set[int]] = set()

    def match(self, post: Post, now: datetime) -> Matches[int]:
        if post.id in self.posts or any(self.get(one) for one in self.subscriptions):
            raise ZeroDivisionError(post.id)
        return super().match(post, now)


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    FaultyRoster.posts.clear()
    FaultyRoster.subscriptions.clear()
    async with following(store, policies, discord, clock) as stage:
        use(stage)
        await stage.subscribe("mare")
        await stage.turn()
        clock.advance(300)
        yield stage


def use(stage: Following, faulty: Faulty | None = None) -> None:
    """Follow the site with the roster that may be faulty, and perhaps with such an announcer."""
    stage.roster = FaultyRoster(stage.store)
    stage.announcer = Announcer(stage.roster, stage.policies, stage.discord, stage.clock)
    if faulty is not None:
        faulty.announcer = stage.announcer
    stage.tails["derpibooru"] = stage.tail_with(faulty or stage.announcer)


async def restart(stage: Following, faulty: Faulty | None = None) -> None:
    use(stage, faulty)
    await stage.roster.load()


def errors(logs: list[EventDict], event: str) -> list[object]:
    return [one["post"] for one in logs if one["log_level"] == "error" and one["event"] == event]


async def reasons(stage: Following) -> dict[int, Waiting]:
    return {one.post_id: one.reason for one in await stage.pending()}


class TestAPostThatCannotBeAnnounced:
    async def test_is_set_aside_and_everything_else_flows(self, stage: Following) -> None:
        keeps = Faulty()
        await restart(stage, keeps)
        keeps.posts.add((broken := stage.publish("mare")).id)
        good = stage.publish("mare", at=stage.clock.now() + timedelta(seconds=1))
        with capture_logs() as logs:
            await stage.turn()
            later = stage.publish("mare", at=stage.clock.now() + timedelta(seconds=30))
            await stage.pass_by(3 * MINUTES_10)
        assert await stage.owed() == [good.id, later.id]
        assert errors(logs, "a post was set aside") == [f"derpibooru:{broken.id}"]
        assert await reasons(stage) == {broken.id: Waiting.FAULT}
        async with stage.store.read() as tx:
            assert (await tx.history.outbox()).faulty == 1

    async def test_comes_once_the_fault_is_mended(self, stage: Following) -> None:
        keeps = Faulty()
        await restart(stage, keeps)
        keeps.posts.add((broken := stage.publish("mare")).id)
        await stage.turn()
        await restart(stage)
        await stage.pass_by(2 * MINUTES_10)
        assert await stage.owed() == [broken.id]
        assert await stage.pending() == []

    async def test_is_given_up_in_the_end_and_that_is_said(self, stage: Following) -> None:
        keeps = Faulty()
        await restart(stage, keeps)
        keeps.posts.add((broken := stage.publish("mare")).id)
        with capture_logs() as logs:
            await stage.turn()
            for hours in (1, 6, 24, 48, 24):
                await stage.pass_by(hours * HOUR)
        assert await stage.pending() == []
        assert errors(logs, "a post is given up") == [f"derpibooru:{broken.id}"]
        assert await stage.rows() == []

    async def test_comes_to_the_channels_for_which_it_can_be(self, stage: Following) -> None:
        odd = await stage.subscribe("mare", channel_id=77)
        await stage.subscribe("mare", channel_id=78)
        keeps = Faulty()
        keeps.subscriptions.add(odd.id)
        await restart(stage, keeps)
        post = stage.publish("mare")
        await stage.turn()
        assert [await stage.owed(channel) for channel in (21, 77, 78)] == [[post.id], [], [post.id]]
        keeps.subscriptions.clear()
        await stage.pass_by(2 * MINUTES_10)
        assert [await stage.owed(channel) for channel in (21, 77, 78)] == [[post.id]] * 3

    async def test_a_kill_between_its_subscriptions_loses_and_repeats_nothing(
        self, stage: Following
    ) -> None:
        """F31."""
        odd = await stage.subscribe("mare", channel_id=77)
        last = await stage.subscribe("mare", channel_id=78)
        keeps = Faulty()
        keeps.subscriptions.add(odd.id)
        keeps.store_fails_at = last.id
        await restart(stage, keeps)
        before = await stage.kept()
        post = stage.publish("mare")
        # All three together are what `odd` fails; then come the first, `odd`, and the end.
        with pytest.raises(StoreError):
            await stage.turn()
        assert await stage.owed() == [post.id]
        assert (await stage.kept()).cursor == before.cursor
        await restart(stage)
        await stage.turn()
        await stage.pass_by(2 * MINUTES_10)
        for channel_id in (21, 77, 78):
            rows = await stage.rows(channel_id)
            assert [(row.post_id, row.status) for row in rows] == [(post.id, Status.QUEUED)]


class TestAPostThatCannotBeMatched:
    async def test_is_set_aside_and_everything_else_flows(self, stage: Following) -> None:
        FaultyRoster.posts.add((broken := stage.publish("mare")).id)
        good = stage.publish("mare", at=stage.clock.now() + timedelta(seconds=1))
        with capture_logs() as logs:
            await stage.turn()
            await stage.pass_by(3 * MINUTES_10)
        assert await stage.owed() == [good.id]
        assert errors(logs, "a post was set aside") == [f"derpibooru:{broken.id}"]
        assert await reasons(stage) == {broken.id: Waiting.FAULT}
        FaultyRoster.posts.clear()
        await stage.pass_by(HOUR)
        assert await stage.owed() == [good.id, broken.id]

    async def test_does_not_hold_up_the_edits_of_others(self, stage: Following) -> None:
        broken, other = stage.publish("beach"), stage.publish("beach")
        await stage.turn()
        FaultyRoster.posts.add(broken.id)
        stage.clock.advance(60)
        stage.edit(broken, tags=("safe", "mare"))
        stage.edit(other, tags=("safe", "mare"))
        await stage.pass_by(3 * MINUTES_10)
        assert await stage.owed() == [other.id]
        assert await reasons(stage) == {broken.id: Waiting.FAULT}


async def test_a_subscription_that_nothing_can_be_matched_for_costs_no_other_a_post(
    stage: Following,
) -> None:
    odd = await stage.subscribe("mare", channel_id=77)
    FaultyRoster.subscriptions.add(odd.id)
    posts = [stage.publish("mare").id for _number in range(2)]
    with capture_logs() as logs:
        await stage.turn()
    assert sorted(one for one in await stage.owed() if one) == sorted(posts)
    assert {tuple(one["subscriptions"]) for one in logs if "subscriptions" in one} == {(odd.id,)}
    FaultyRoster.subscriptions.clear()
    await stage.pass_by(2 * MINUTES_10)
    assert sorted(one for one in await stage.owed(77) if one) == sorted(posts)


async def test_a_query_that_the_site_cannot_be_asked_holds_up_no_other_answer(
    stage: Following,
) -> None:
    """Its server is told, as `refused` says."""
    odd = await stage.subscribe("mare, faved_by:one", channel_id=77)
    good = await stage.subscribe("mare, -faved_by:nobody", channel_id=78)
    broken: Any = b"\xff"
    stage.roster._by_id[odd.id] = structs.replace(odd, query=broken)
    post = stage.publish("mare")
    answers = Answers(stage.sites.boards["derpibooru"], stage.roster, broadest("safe"))
    asks = {post.id: (odd.id, good.id)}
    assert await stage.clock.hurry(answers.ask(asks, 5)) == {post.id}
    assert answers.taken(post.id, asks[post.id]) == {good.id}
    assert set(answers.refused) == {odd.id}
