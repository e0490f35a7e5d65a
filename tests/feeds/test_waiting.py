"""A post is decided again while something about it may still change, and then once (F49)."""

from datetime import timedelta

import pytest

from bot.demo.sites.modes import Mode
from bot.demo.world_people import fans_of
from bot.store import Status, Waiting
from tests.clock import MovableClock
from tests.feeds.following import Following

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def stage(stage: Following, clock: MovableClock) -> Following:
    # A site is read once somebody waits for its posts.
    for site in ("derpibooru", "twibooru"):
        await stage.subscribe("no such tag", channel_id=99, site=site)
        await stage.turn(site)
    clock.advance(300)
    return stage


class TestThumbnails:
    async def test_are_waited_for(self, stage: Following) -> None:
        """Rule L12."""
        await stage.subscribe("mare")
        post = stage.publish("mare", thumbnails_generated=False)
        stage.publish("beach", thumbnails_generated=False)
        await stage.turn()
        assert await stage.rows() == []
        assert [(one.post_id, one.reason) for one in await stage.pending()] == [
            (post.id, Waiting.THUMBNAILS)
        ]
        await stage.pass_by(5 * MINUTE, step=60)
        assert await stage.rows() == []
        stage.vote(post, thumbnails_generated=True)
        await stage.pass_by(15 * MINUTE)
        assert await stage.owed() == [post.id]
        assert await stage.pending() == []

    async def test_are_not_waited_for_for_ever(self, stage: Following) -> None:
        await stage.subscribe("mare")
        stage.publish("mare", thumbnails_generated=False)
        await stage.turn()
        await stage.pass_by(80 * HOUR, step=41 * 3600)
        assert await stage.pending() == []
        assert [(row.status, row.rule) for row in await stage.rows()] == [(Status.HIDDEN, "L12")]


class TestVotes:
    async def test_a_score_that_matures_is_found_although_nothing_is_updated(
        self, stage: Following
    ) -> None:
        """Votes do not touch `updated_at` (reference: boards, 4a)."""
        await stage.subscribe("mare, score.gte:50")
        await stage.subscribe("mare", min_score=70, channel_id=77)
        post = stage.publish("mare")
        await stage.turn()
        await stage.pass_by(20 * MINUTE)
        assert await stage.rows() == []
        stage.vote(post, upvotes=60)
        await stage.pass_by(1 * HOUR)
        assert await stage.owed() == [post.id]
        assert await stage.rows(77) == []
        stage.vote(post, upvotes=80)
        await stage.pass_by(6 * HOUR)
        assert await stage.owed(77) == [post.id]
        assert await stage.owed() == [post.id]
        assert await stage.pending() == []

    async def test_are_given_up_after_three_days(self, stage: Following) -> None:
        await stage.subscribe("mare, faves.gte:50")
        post = stage.publish("mare")
        await stage.turn()
        stage.asked()
        for hours in (0.2, 0.5, 1, 3, 4, 12, 20, 20, 20):
            await stage.pass_by(hours * HOUR)
        by_id = [one for one in stage.asked() if one.query.get("q", "") == f"id:{post.id}"]
        assert len(by_id) == 5
        assert await stage.pending() == []

    async def test_many_are_read_in_one_request(self, stage: Following) -> None:
        await stage.subscribe("mare, score.gte:50")
        for _number in range(40):
            stage.publish("mare")
        await stage.turn()
        stage.asked()
        await stage.pass_by(20 * MINUTE, step=150)
        by_id = [one for one in stage.asked() if one.query.get("q", "").startswith("id:")]
        assert len(by_id) == 1


class TestSettling:
    async def test_a_post_is_decided_as_it_is_once_it_has_matured(self, stage: Following) -> None:
        await stage.subscribe("mare", settle=60)
        await stage.subscribe("mare", channel_id=77)
        kept = stage.publish("mare")
        retagged = stage.publish("mare")
        await stage.turn()
        assert await stage.owed() == []
        assert len(await stage.owed(77)) == 2
        stage.edit(retagged, tags=("safe", "beach"))
        await stage.pass_by(50 * MINUTE)
        assert await stage.owed() == []
        await stage.pass_by(20 * MINUTE)
        assert await stage.owed() == [kept.id]
        assert await stage.pending() == []


class TestEdits:
    async def test_a_post_that_is_retagged_into_a_query_comes(self, stage: Following) -> None:
        await stage.subscribe("mare")
        post = stage.publish("beach")
        await stage.turn()
        await stage.pass_by(HOUR)
        assert await stage.rows() == []
        stage.edit(post, tags=(*post.tags, "mare"))
        await stage.pass_by(15 * MINUTE)
        await stage.pass_by(HOUR)
        assert await stage.owed() == [post.id]

    async def test_one_that_becomes_safe_comes_as_well(self, stage: Following) -> None:
        """Under the safe profile it was not even read before (rule D7)."""
        await stage.subscribe("mare")
        post = stage.publish("mare")
        stage.edit(post, tags=("explicit", "mare", "artist:velvet_acorn"))
        await stage.pass_by(30 * MINUTE)
        assert await stage.rows() == []
        stage.edit(post, tags=post.tags)
        await stage.pass_by(30 * MINUTE)
        assert await stage.owed() == [post.id]

    async def test_one_from_before_the_feed_does_not(self, stage: Following) -> None:
        post = stage.publish("beach")
        await stage.turn()
        stage.clock.advance(600)
        await stage.subscribe("mare")
        stage.edit(post, tags=(*post.tags, "mare"))
        await stage.pass_by(30 * MINUTE)
        assert await stage.rows() == []

    async def test_only_what_was_edited_is_looked_at_before_its_time(
        self, stage: Following
    ) -> None:
        """Reference: safety, 3.8."""
        await stage.subscribe("mare")
        posts = [stage.publish("mare") for _number in range(2)]
        await stage.turn()
        rows = await stage.rows()
        planned = stage.clock.now() + 10 * MINUTE
        async with stage.store.write() as tx:
            for row in rows:
                place = (row.id, row.channel_id, "embed")
                await tx.deliveries.sent({row.id: "shown"}, place, planned)
        stage.clock.advance(200)
        stage.edit(posts[1], tags=("safe", "beach"))
        await stage.turn()
        first, second = await stage.rows()
        assert (first.recheck_at, second.recheck_at) == (planned, stage.clock.now())

    async def test_what_is_owed_is_kept_as_it_was_edited(self, stage: Following) -> None:
        await stage.subscribe("mare")
        post = stage.publish("mare")
        await stage.turn()
        stage.clock.advance(300)
        stage.edit(post, sources=("https://new.example.org/",))
        await stage.pass_by(15 * MINUTE)
        async with stage.store.read() as tx:
            kept = await tx.posts.body("derpibooru", post.id)
        assert kept is not None
        assert kept.post is not None
        assert kept.post.sources == ("https://new.example.org/",)


class TestAnswers:
    async def test_of_the_site_decide_what_no_post_does(self, stage: Following) -> None:
        began = stage.clock.now() - HOUR
        posts = [
            stage.publish("mare", faves=40, seed=number % 7, sources=(f"https://a.b/{number}",))
            for number in range(20)
        ]
        fan = fans_of(posts[0])[0]
        await stage.subscribe(f"mare, faved_by:{fan.name}", since=began)
        await stage.subscribe(f"faved_by:{fan.name}, mare", since=began, channel_id=77)
        wanted = [post.id for post in posts if fan in fans_of(post)]
        assert 0 < len(wanted) < len(posts)
        await stage.turn()
        stage.asked()
        await stage.pass_by(20 * MINUTE, step=240)
        assert await stage.owed() == wanted
        assert await stage.owed(77) == wanted
        questions = [one.query["q"] for one in stage.asked() if "faved_by" in str(one.query)]
        # Equal queries are one question about all posts.
        assert len(questions) == 1
        assert questions[0].startswith("(safe, ")

    async def test_many_questions_are_asked_little_by_little(self, stage: Following) -> None:
        """Rule L7: the others flow meanwhile."""
        for number in range(8):
            await stage.subscribe(
                f"mare, -faved_by:pony{number}", site="twibooru", channel_id=number
            )
        await stage.subscribe("mare, score.gte:5", site="twibooru", channel_id=77)
        post = stage.publish("mare", site="twibooru")
        await stage.turn("twibooru")
        stage.vote(post, upvotes=9)
        other = stage.publish("solo", site="twibooru")
        await stage.pass_by(14 * MINUTE, site="twibooru")
        await stage.pass_by(10 * MINUTE, site="twibooru", step=48)
        for number in range(8):
            assert await stage.owed(number) == [post.id]
        assert await stage.owed(77) == [post.id]
        assert other.id not in {row.post_id for row in await stage.rows(77)}

    async def test_a_query_that_cannot_be_asked_holds_up_no_other(self, stage: Following) -> None:
        """F42."""
        never = await stage.subscribe('mare, faved_by:"a^b"', channel_id=77)
        await stage.subscribe("mare, -faved_by:nobody")
        post = stage.publish("mare")
        await stage.turn()
        await stage.pass_by(30 * MINUTE)
        assert await stage.owed() == [post.id]
        assert await stage.rows(77) == []
        assert set(stage.tails["derpibooru"].refused) == {never.id}

    async def test_what_was_seen_after_days_is_asked_once_all_the_same(
        self, stage: Following
    ) -> None:
        await stage.subscribe("mare, -faved_by:nobody")
        post = stage.publish("mare")
        stage.clock.advance(timedelta(hours=80).total_seconds())
        await stage.turn()
        await stage.pass_by(5 * MINUTE, step=30)
        assert await stage.owed() == [post.id]
        assert await stage.pending() == []


class TestEnds:
    @pytest.mark.parametrize("how", ["merged", "deleted"])
    async def test_a_post_that_goes_while_it_waits_is_not_announced(
        self, stage: Following, how: str
    ) -> None:
        """F40, F50."""
        await stage.subscribe("mare", settle=30)
        post = stage.publish("mare")
        await stage.turn()
        merged = {"duplicate_of": next(iter(stage.world.posts("derpibooru")))}
        gone = merged if how == "merged" else {"deletion_reason": "Rule 0"}
        stage.vote(post, hidden=True, **gone)
        await stage.pass_by(HOUR)
        assert await stage.owed() == []
        assert await stage.pending() == []

    async def test_a_post_that_is_nowhere_any_more_waits_no_longer(self, stage: Following) -> None:
        await stage.subscribe("mare", settle=30)
        post = stage.publish("mare")
        await stage.turn()
        stage.vanish(post)
        await stage.pass_by(HOUR)
        assert await stage.rows() == []
        assert await stage.pending() == []

    async def test_an_outage_leaves_what_waits_as_it_is(self, stage: Following) -> None:
        """F11, F49: also over a restart."""
        await stage.subscribe("mare", settle=30)
        post = stage.publish("mare")
        await stage.turn()
        stage.simulated.set_mode("derpibooru", Mode(kind="503"))
        await stage.pass_by(2 * HOUR, step=1200)
        assert [one.post_id for one in await stage.pending()] == [post.id]
        stage.simulated.set_mode("derpibooru")
        stage.restart()
        await stage.roster.load()
        await stage.pass_by(HOUR)
        assert await stage.owed() == [post.id]


async def test_what_cannot_be_read_for_a_while_waits_on(stage: Following) -> None:
    """Faults F18, F49: a broken answer is no deletion."""
    await stage.subscribe("mare", site="twibooru")
    post = stage.publish("mare", site="twibooru", thumbnails_generated=False)
    await stage.turn("twibooru")
    digest = post.sha512_hash
    stage.vote(post, sha512_hash=7, thumbnails_generated=True)
    await stage.pass_by(5 * MINUTE, "twibooru", step=60)
    assert [one.post_id for one in await stage.pending("twibooru")] == [post.id]
    stage.vote(post, sha512_hash=digest, thumbnails_generated=True)
    await stage.pass_by(30 * MINUTE, "twibooru", step=60)
    assert await stage.owed() == [post.id]
    assert await stage.pending("twibooru") == []


async def test_what_can_never_be_read_is_given_up(stage: Following) -> None:
    await stage.subscribe("mare", site="twibooru")
    post = stage.publish("mare", site="twibooru", thumbnails_generated=False)
    await stage.turn("twibooru")
    stage.vote(post, sha512_hash=7)
    await stage.pass_by(80 * HOUR, "twibooru", step=41 * 3600)
    assert await stage.pending("twibooru") == []
