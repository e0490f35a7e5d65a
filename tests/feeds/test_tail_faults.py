"""A tail that meets a fault of our own rests, says so, and recovers by itself (fault F42)."""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.feeds.reading import Reader
from bot.feeds.set_aside import SetAsideError
from bot.policies import Policies
from bot.posts.model import Post
from bot.store import Store
from tests.clock import MovableClock
from tests.feeds.following import Following, following
from tests.feeds.memory_discord import MemoryDiscord

NEWEST, EDITS = "first_seen_at", "updated_at"


class OddReader(Reader):
    """A reader with a mistake in it: it cannot take what some listing brought."""

    listing = ""
    stage: Following

    def learned(self, posts: Iterable[Post]) -> None:
        if self.stage.simulated.requests["derpibooru"][-1].query.get("sf") == self.listing:
            raise ZeroDivisionError(self.listing)
        super().learned(posts)


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    async with following(store, policies, discord, clock) as stage:
        reader = OddReader(stage.sites, store, clock)
        reader.stage = stage
        stage.reader = reader
        stage.tails["derpibooru"] = stage.tail_with(stage.announcer)
        await stage.subscribe("mare")
        await stage.turn()
        stage.asked()
        yield stage


def odd(stage: Following, listing: str) -> None:
    assert isinstance(stage.reader, OddReader)
    stage.reader.listing = listing


async def asked(stage: Following, seconds: float) -> dict[str, list[float]]:
    """Let time pass, in turns; return the seconds between two requests for each listing."""
    end = stage.clock.monotonic() + seconds
    while stage.clock.monotonic() < end:
        stage.clock.advance(30)
        with suppress(ZeroDivisionError, SetAsideError):
            await stage.turn()
    times: dict[str, list[float]] = {NEWEST: [], EDITS: []}
    for one in stage.asked():
        times[one.query["sf"]].append(one.at)
    return {
        listing: [round(later - earlier) for earlier, later in pairwise(at)]
        for listing, at in times.items()
    }


async def test_what_fails_asks_its_site_less_and_less_and_the_rest_goes_on(
    stage: Following,
) -> None:
    odd(stage, NEWEST)
    pauses = await asked(stage, 4600)
    assert pauses[NEWEST] == [300, 300, 300, 480, 960, 1920]
    assert set(pauses[EDITS]) == {120}


async def test_edits_that_fail_hold_up_no_new_post(stage: Following) -> None:
    odd(stage, EDITS)
    post = stage.publish("mare", at=stage.clock.now() + timedelta(minutes=10))
    pauses = await asked(stage, 1500)
    assert pauses[EDITS] == [120, 120, 240, 480]
    assert set(pauses[NEWEST]) == {300}
    assert await stage.owed() == [post.id]


async def test_it_recovers_by_itself_and_loses_nothing(stage: Following) -> None:
    odd(stage, NEWEST)
    post = stage.publish("mare", at=stage.clock.now() + timedelta(seconds=1))
    await asked(stage, 1500)
    assert await stage.owed() == []
    odd(stage, "")
    await asked(stage, 300)
    assert await stage.owed() == [post.id]
    assert (await asked(stage, 1200))[NEWEST] == [300, 300, 300]


async def test_each_turn_of_a_rest_says_so(stage: Following) -> None:
    """So whoever looks after the loops calls it trouble."""
    odd(stage, NEWEST)
    stage.clock.advance(300)
    with pytest.raises(ZeroDivisionError):
        await stage.turn()
    for _turn in range(5):
        stage.clock.advance(10)
        with pytest.raises(SetAsideError, match="1 left out, derpibooru newest: ZeroDivision"):
            await stage.turn()
    odd(stage, "")
    stage.clock.advance(250)
    await stage.turn()
