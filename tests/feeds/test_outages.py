"""A site that is out loses nobody anything, and is told of once, when it is out for long (F11)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.sites.modes import Mode
from bot.policies import Policies
from bot.store import Store
from tests.clock import MovableClock
from tests.feeds.following import CHANNEL, GUILD, Following, following
from tests.feeds.memory_discord import MemoryDiscord

HOUR = timedelta(hours=1)


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    async with following(store, policies, discord, clock) as stage:
        yield stage


class TestOutages:
    async def test_a_short_one_loses_nothing_and_is_told_to_nobody(self, stage: Following) -> None:
        """F11."""
        await stage.subscribe("mare")
        await stage.turn()
        before = await stage.kept()
        stage.simulated.set_mode("derpibooru", Mode(kind="500"))
        stage.clock.advance(300)
        post = stage.publish("mare")
        began = stage.clock.now()
        await stage.turn()
        await stage.pass_by(timedelta(hours=5), step=3600)
        failing = await stage.kept()
        assert (failing.cursor, failing.failing_since) == (before.cursor, began)
        stage.simulated.set_mode("derpibooru")
        await stage.pass_by(timedelta(minutes=30))
        assert await stage.owed() == [post.id]
        assert (await stage.kept()).failing_since is None
        assert await notices(stage) == []

    async def test_a_long_one_is_told_once_and_so_is_its_end(self, stage: Following) -> None:
        await stage.subscribe("mare")
        await stage.subscribe("beach")
        await stage.subscribe("mare", guild_id=GUILD + 1, channel_id=CHANNEL + 1)
        await stage.subscribe("mare", guild_id=GUILD + 2, site="ponybooru", channel_id=CHANNEL + 2)
        await stage.turn()
        stage.simulated.set_mode("derpibooru", Mode(kind="500"))
        await stage.pass_by(timedelta(hours=8), step=3600)
        # A new process does not tell it again.
        stage.restart()
        await stage.roster.load()
        await stage.pass_by(timedelta(hours=20), step=4 * 3600)
        assert await notices(stage) == [("outage", GUILD), ("outage", GUILD + 1)]
        stage.simulated.set_mode("derpibooru")
        await stage.pass_by(timedelta(hours=3), step=3600)
        both = ("outage", "outage over")
        assert await notices(stage) == [(kind, GUILD + n) for n in (0, 1) for kind in both]

    async def test_a_site_that_is_out_at_the_first_start_is_followed_from_then_on(
        self, stage: Following
    ) -> None:
        stage.simulated.set_mode("derpibooru", Mode(kind="500"))
        await stage.subscribe("mare")
        await stage.turn()
        post = stage.publish("mare", at=stage.clock.now() + timedelta(minutes=1))
        await stage.pass_by(HOUR)
        stage.simulated.set_mode("derpibooru")
        await stage.pass_by(HOUR)
        assert await stage.owed() == [post.id]

    async def test_a_page_more_than_half_bad_keeps_the_cursor(self, stage: Following) -> None:
        """F18."""
        await stage.subscribe("mare")
        await stage.turn()
        before = await stage.kept()
        stage.clock.advance(300)
        good = stage.publish("mare")
        odd = [stage.publish("mare", sha512_hash=7) for _number in range(60)]
        await stage.turn()
        assert await stage.owed() == [good.id]
        assert (await stage.kept()).cursor == before.cursor
        for post in odd:
            stage.vote(post, sha512_hash="07")
        await stage.pass_by(timedelta(minutes=10))
        assert len(await stage.rows()) == 61
        assert (await stage.kept()).cursor > before.cursor


async def notices(stage: Following) -> list[tuple[str, int]]:
    async with stage.store.read() as tx:
        return [
            (one.kind, one.guild_id)
            for guild in (GUILD, GUILD + 1, GUILD + 2)
            for one in await tx.notices.of_guild(guild)
        ]
