"""After-care: what was announced is looked at again for three days (safety, 3.8)."""

from datetime import timedelta

from bot.demo.sites.modes import Mode
from bot.feeds.destination import (
    UncertainError,
)
from bot.feeds.recheck import LADDER, LONGEST, AfterCare, next_look
from bot.store import Status
from tests.clock import MovableClock
from tests.feeds.after_care import Care
from tests.feeds.owed import GUILD, Subscribe


async def test_where_nothing_changed_nothing_is_sent(care: Care, subscribe: Subscribe) -> None:
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    before = list(care.discord.messages)
    care.discord.fail(UncertainError("must not be asked"), "edit", times=99)

    await care.turn()

    assert care.discord.messages == before
    looked = await care.row(row)
    assert looked.status is Status.SENT
    assert looked.rechecks == 1
    assert looked.recheck_at == looked.sent_at + LADDER[1] if looked.sent_at else False


async def test_it_is_looked_at_five_times_in_three_days(care: Care, subscribe: Subscribe) -> None:
    """Reference: safety, 3.8."""
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    looks = 0
    for hours in (1 / 6, 1, *[5] * 40):
        asked = len(care.simulated.requests["derpibooru"])
        await care.turn(hours * 3600)
        looks += len(care.simulated.requests["derpibooru"]) > asked

    assert looks == 5
    assert (await care.row(row)).recheck_at is None


def test_looks_that_a_long_stop_left_out_are_not_made_up_for(clock: MovableClock) -> None:
    sent = clock.now()
    stages = [next_look(sent, sent + later) for later in (*LADDER, timedelta(hours=30))]

    assert [stage for stage, _at in stages] == [1, 2, 3, 4, 5, 4]
    assert stages[4][1] is None
    assert stages[5][1] == sent + LADDER[4]


async def test_a_failing_site_holds_up_no_other(care: Care, subscribe: Subscribe) -> None:
    (post,), (other,) = care.plain(1), care.plain(1, "ponybooru")
    (row,) = await care.announce(await subscribe(), post)
    (second,) = await care.announce(await subscribe(site="ponybooru"), other)
    care.simulated.set_mode("derpibooru", Mode(kind="500"))
    care.retag(other, "explicit", drop=["safe"])

    await care.turn()

    assert await care.status(row, second) == [Status.SENT, Status.REMOVED]


async def test_after_care_ends_even_where_no_look_succeeds(
    care: Care, subscribe: Subscribe
) -> None:
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    care.discord.unreachable.add(GUILD)
    await care.turn()
    await care.turn(LONGEST.total_seconds())

    assert (await care.row(row)).recheck_at is None


async def test_posts_that_changed_are_looked_at_at_once(care: Care, subscribe: Subscribe) -> None:
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    for post in posts:
        care.retag(post, "explicit", drop=["safe"])
    edited, _unreadable = await care.reader.read("derpibooru", [posts[0].id])
    async with care.store.write() as tx:
        await tx.posts.edited(list(edited.values()), care.clock.now())

    await care.turn(0)

    assert await care.status(*rows) == [Status.REMOVED, Status.SENT]


async def test_a_turn_is_bounded_and_reads_many_posts_at_once(
    care: Care, subscribe: Subscribe
) -> None:
    care.care = AfterCare(
        care.store, care.reader, care.policies, care.discord, care.composer, care.clock, per_turn=8
    )
    wish, posts = await subscribe(), care.plain(12)
    await care.reader.read("derpibooru", [post.id for post in posts])
    rows = [(await care.announce(wish, post))[0] for post in posts]
    care.simulated.requests["derpibooru"].clear()

    await care.turn()
    assert len(care.simulated.requests["derpibooru"]) == 1
    assert sum([(await care.row(row)).rechecks for row in rows]) == 8
    await care.turn(0)
    assert sum([(await care.row(row)).rechecks for row in rows]) == 12
