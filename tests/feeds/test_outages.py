"""A site that is out loses nobody anything, and is told of once, when it is out for long (F11)."""

from datetime import timedelta
from typing import Any

from bot.demo.sites.modes import Mode
from bot.feeds.decisions import Decisions
from bot.feeds.edits import Edits
from bot.feeds.new_posts import NewPosts, broadest
from bot.quotas import CATCH_UP
from tests.feeds.following import CHANNEL, GUILD, Following

HOUR = timedelta(hours=1)


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


class TestASilenceThatIsTooLongToBeReadBack:
    """F38: up to the cap the newest come, and what is left out is said, once."""

    async def test_new_posts(self, stage: Following) -> None:
        await stage.subscribe("mare")
        await stage.turn()
        start = stage.clock.now()
        posts = [
            stage.publish("mare", at=start + timedelta(minutes=6 + number)) for number in range(120)
        ]
        stage.clock.advance(3 * 86400)
        # Nothing of it is new to this one.
        await stage.subscribe("mare", guild_id=GUILD + 1, channel_id=CHANNEL + 1)
        reads = NewPosts(*parts(stage), most_pages=2)
        tail = (await stage.clock.hurry(reads.read(await stage.kept()))).tail
        owed = [one for one in await stage.owed() if one is not None]
        assert owed == [post.id for post in posts[-CATCH_UP:]]
        assert [row.more for row in await stage.rows() if row.post_id is None] == [75]
        assert await notices(stage) == [("unread", GUILD)]
        assert posts[20].first_seen_at.isoformat() in await details(stage)
        await stage.clock.hurry(reads.read(tail))
        assert await notices(stage) == [("unread", GUILD)]

    async def test_edits(self, stage: Following) -> None:
        posts = [stage.publish("beach") for _number in range(120)]
        await stage.subscribe("mare")
        await stage.turn()
        for post in posts:
            stage.clock.advance(10)
            stage.edit(post, tags=("safe", "mare"))
        board, store, _roster, *rest = parts(stage)
        edits = Edits(board, store, *rest, most_pages=2)
        tail = await stage.clock.hurry(edits.read(await stage.kept()))
        assert await notices(stage) == [("unread edits", GUILD)]
        await stage.clock.hurry(edits.read(tail))
        assert await notices(stage) == [("unread edits", GUILD)]

    async def test_of_which_nothing_is_kept_yet(self, stage: Following) -> None:
        """F18: while the cursor stays the same is read again, and nothing is over."""
        await stage.subscribe("mare")
        await stage.turn()
        before = await stage.kept()
        stage.clock.advance(86400)
        for number in range(120):
            stage.publish("mare", sha512_hash=7 if number % 5 else f"{number:0128x}")
        reads = NewPosts(*parts(stage), most_pages=2)
        tail = (await stage.clock.hurry(reads.read(before))).tail
        assert tail.cursor == before.cursor
        assert await notices(stage) == []


def parts(stage: Following) -> tuple[Any, ...]:
    """Return what the readings of one site are made of."""
    board, policy = stage.sites.boards["derpibooru"], broadest("safe")
    decisions = Decisions(
        "derpibooru", stage.store, stage.roster, stage.announcer, stage.clock, wake=lambda: None
    )
    return board, stage.store, stage.roster, stage.reader, decisions, stage.clock, policy


async def details(stage: Following) -> list[str]:
    async with stage.store.read() as tx:
        return [one.detail for one in await tx.notices.of_guild(GUILD)]


async def notices(stage: Following) -> list[tuple[str, int]]:
    async with stage.store.read() as tx:
        return [
            (one.kind, one.guild_id)
            for guild in (GUILD, GUILD + 1, GUILD + 2)
            for one in await tx.notices.of_guild(guild)
        ]
