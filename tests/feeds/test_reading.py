"""Posts are read by their ids, many at once, and none is believed gone lightly (F50)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.sites.modes import Mode
from bot.feeds.reading import Reader
from bot.policies import Policies
from bot.posts.model import Post
from bot.safety import SAFE, Refusal, verify
from bot.sites import SiteError
from bot.store import Store
from tests.clock import MovableClock
from tests.feeds.following import Following, following
from tests.feeds.memory_discord import MemoryDiscord

SITES = ["derpibooru", "ponybooru", "twibooru", "ponyapi"]


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    async with following(store, policies, discord, clock, rules=False) as stage:
        yield stage


def plain_ids(stage: Following, site: str, most: int = 9) -> list[int]:
    return [post.id for post in stage.world.posts(site).values() if not post.awkward][:most]


@pytest.mark.parametrize("site", SITES)
async def test_posts_of_every_site_come_by_their_ids(stage: Following, site: str) -> None:
    ids = plain_ids(stage, site, 4)
    found, _unreadable = await stage.clock.hurry(stage.reader.read(site, [*ids, 999]))
    assert sorted(found) == sorted(ids)
    assert {post.site for post in found.values()} == {site}


async def test_many_are_one_request_for_each_fifty(stage: Following) -> None:
    ids = [stage.publish("mare").id for _number in range(120)]
    found, _unreadable = await stage.reader.read("derpibooru", ids)
    assert len(found) == 120
    assert len(stage.asked()) == 3


async def test_a_few_of_twibooru_do_not_use_up_its_searches(stage: Following) -> None:
    """Rule L7: sixty a minute one by one, ten searches."""
    ids = plain_ids(stage, "twibooru", 6)
    await stage.reader.read("twibooru", ids[:3])
    assert all("search" not in one.path for one in stage.asked("twibooru"))
    await stage.reader.read("twibooru", ids)
    assert ["search" in one.path for one in stage.asked("twibooru")] == [True]


@pytest.mark.parametrize("site", ["derpibooru", "twibooru"])
async def test_merged_deleted_and_unsafe_posts_come_back_as_such(
    stage: Following, site: str
) -> None:
    merged = stage.publish("mare", site=site, hidden=True, duplicate_of=plain_ids(stage, site)[0])
    deleted = stage.publish("mare", site=site, hidden=True, deletion_reason="Rule 0")
    unsafe = stage.publish("mare", site=site)
    stage.edit(unsafe, tags=("explicit", "mare"))
    fine = stage.publish("mare", site=site)
    ids = [post.id for post in (merged, deleted, unsafe, fine)]
    found, _unreadable = await stage.reader.read(site, ids)
    assert sorted(found) == sorted(ids)
    refused = {one for one in ids if isinstance(verify(found[one], SAFE), Refusal)}
    assert refused == set(ids[:3])


async def test_a_failure_is_never_taken_for_a_deletion(stage: Following) -> None:
    """Reference: safety, 3.8; F17: nor is an answer that breaks off."""
    gone = stage.publish("mare")
    stage.vanish(gone)
    for kind in ("500", "truncated", "404_empty"):
        stage.restart()
        stage.simulated.set_mode("derpibooru", Mode(kind=kind, path="/api/v1/json/search"))
        with pytest.raises(SiteError):
            await stage.clock.hurry(stage.reader.read("derpibooru", [gone.id]))
        stage.clock.advance(3600)
    stage.simulated.set_mode("derpibooru", Mode(kind="500", path="/api/v1/json/images"))
    with pytest.raises(SiteError):
        await stage.clock.hurry(stage.reader.read("derpibooru", [gone.id]))
    stage.simulated.set_mode("derpibooru")
    stage.clock.advance(3600)
    assert await stage.reader.read("derpibooru", [gone.id]) == ({}, frozenset())


async def test_a_body_that_cannot_be_read_is_no_deletion_and_holds_up_no_other(
    stage: Following,
) -> None:
    """F18."""
    posts = [stage.publish("mare") for _number in range(3)]
    ids = [post.id for post in posts]
    before, _unreadable = await stage.reader.read("derpibooru", ids)
    async with stage.store.write() as tx:
        await tx.posts.keep_body(before[ids[0]], stage.clock.now())
    for post in posts[:2]:
        stage.vote(post, sha512_hash=7)
    found, unreadable = await stage.reader.read("derpibooru", ids)
    assert found == {ids[0]: before[ids[0]], ids[2]: found[ids[2]]}
    assert unreadable == {ids[1]}
    stage.clock.advance(3600)
    with pytest.raises(SiteError):
        await stage.reader.current("derpibooru", ids[0])


class OddBoard:
    """A board whose answers hold something, in one post, that we stumble over."""

    def __init__(self, board: Any, odd: int) -> None:
        self._board = board
        self._odd = odd

    async def search(self, q: str, **asked: Any) -> Any:
        if f"id:{self._odd}" in q:
            raise KeyError(self._odd)
        return await self._board.search(q, **asked)

    async def post(self, post_id: int, **asked: Any) -> Any:
        if post_id == self._odd:
            raise KeyError(post_id)
        return await self._board.image(post_id)


async def test_a_post_that_we_stumble_over_holds_up_no_other(stage: Following) -> None:
    """F42; and it is not gone for that (F50)."""
    odd, *others = ids = plain_ids(stage, "derpibooru", 4)
    sites: Any = {"derpibooru": OddBoard(stage.sites.boards["derpibooru"], odd)}
    reader = Reader(sites, stage.store, stage.clock)
    found, unreadable = await stage.clock.hurry(reader.read("derpibooru", ids))
    assert sorted(found) == sorted(others)
    assert unreadable == {odd}
    stage.clock.advance(3600)
    asking = (reader.current("derpibooru", one) for one in ids)
    first, *rest = await stage.clock.hurry(asyncio.gather(*asking, return_exceptions=True))
    assert isinstance(first, SiteError)
    assert sorted(post.id for post in rest if isinstance(post, Post)) == sorted(others)


class TestCurrent:
    async def test_who_asks_at_the_same_time_shares_one_request(self, stage: Following) -> None:
        posts = [stage.publish("mare") for _number in range(20)]
        ids = [post.id for post in posts]
        asking = (stage.reader.current("derpibooru", one) for one in ids * 5)
        found = await asyncio.gather(*asking)
        assert [post.id for post in found if post is not None] == ids * 5
        assert len(stage.asked()) == 1

    async def test_one_that_gives_up_takes_nothing_from_the_others(self, stage: Following) -> None:
        post = stage.publish("mare")
        first = asyncio.create_task(stage.reader.current("derpibooru", post.id))
        second = asyncio.create_task(stage.reader.current("derpibooru", post.id))
        # Both have asked once the site was.
        await stage.reached()
        first.cancel()
        found = await second
        assert found is not None
        assert found.id == post.id

    async def test_a_fresh_body_is_not_asked_for(self, stage: Following) -> None:
        post = stage.publish("mare")
        first = await stage.reader.current("derpibooru", post.id)
        assert first is not None
        async with stage.store.write() as tx:
            await tx.posts.keep_body(first, stage.clock.now())
        stage.asked()
        stage.clock.advance(299)
        assert await stage.reader.current("derpibooru", post.id) == first
        stage.restart()
        assert await stage.reader.current("derpibooru", post.id) == first
        assert stage.asked() == []
        stage.clock.advance(2)
        assert await stage.reader.current("derpibooru", post.id) == first
        assert len(stage.asked()) == 1

    async def test_one_that_does_not_exist_is_none(self, stage: Following) -> None:
        post = stage.publish("mare")
        stage.vanish(post)
        assert await stage.reader.current("derpibooru", post.id) is None

    async def test_a_failure_is_told_to_everybody_and_not_kept(self, stage: Following) -> None:
        post = stage.publish("mare")
        stage.simulated.set_mode("derpibooru", Mode(kind="500", times=1))
        asking = (stage.reader.current("derpibooru", post.id) for _number in range(3))
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(one, SiteError) for one in outcomes)
        stage.clock.advance(timedelta(hours=1).total_seconds())
        assert await stage.reader.current("derpibooru", post.id) is not None

    async def test_a_site_that_is_switched_off_is_not_asked(self, stage: Following) -> None:
        with pytest.raises(SiteError):
            await stage.reader.current("manebooru", 7)
