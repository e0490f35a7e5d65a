"""After-care: what goes on standing is put right: credit, spoilers, digests (safety, 3.8)."""

from bot.demo.sites.modes import Mode
from bot.feeds.destination import (
    UncertainError,
)
from bot.safety import Action
from bot.store import Status
from tests.feeds.after_care import Care
from tests.feeds.owed import CHANNEL, GUILD, Subscribe


async def test_what_a_server_spoilers_lies_behind_a_spoiler_after_a_retag(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.5: embed to gallery."""
    await care.hide("spiders", Action.SPOILER)
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    assert care.discord.messages[0].form == "embed"
    care.retag(post, "spiders")

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.form == "gallery"
    assert kept.outgoing.posts[0].spoiler
    assert (await care.row(row)).form == "gallery"
    care.discord.fail(UncertainError("must not be asked"), "edit")
    await care.turn(3600)
    assert (await care.row(row)).rechecks == 2


async def test_an_artist_added_later_is_credited(care: Care, subscribe: Subscribe) -> None:
    """Rule L1."""
    (post,) = care.plain(1)
    care.edit(post, tags=("safe", "artist needed", "pony"), sources=())
    (row,) = await care.announce(await subscribe(), care.world.posts("derpibooru")[post.id])
    care.edit(post, tags=("safe", "artist:late comer", "pony"), sources=("https://a.example/1",))

    await care.turn()

    assert care.artists == ["late comer"]
    assert (await care.row(row)).status is Status.SENT
    (kept,) = care.discord.messages
    assert kept.outgoing.posts[0].credit.sources[0].url == "https://a.example/1"
    assert kept.outgoing.marker == row.id


async def test_what_its_subscription_spoilered_stays_so_when_that_is_removed(
    care: Care, subscribe: Subscribe
) -> None:
    wish = await subscribe(spoiler=True)
    (post,) = care.plain(1)
    await care.announce(wish, post)
    async with care.store.write() as tx:
        await tx.subscriptions.remove(GUILD, wish.id)
    care.retag(post, "artist:second")

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.outgoing.spoiler
    assert "second" in care.artists


async def test_a_digest_loses_the_one_post_and_keeps_the_others(
    care: Care, subscribe: Subscribe
) -> None:
    posts = care.plain(3)
    rows = await care.announce(await subscribe(), *posts, more=4)
    care.retag(posts[1], "explicit", drop=["safe"])

    await care.turn()

    assert care.discord.posts(CHANNEL) == [
        f"derpibooru:{posts[0].id}",
        f"derpibooru:{posts[2].id}",
    ]
    assert await care.status(*rows) == [Status.SENT, Status.REMOVED, Status.SENT]
    (kept,) = care.discord.messages
    assert (kept.outgoing.marker, kept.outgoing.more) == (rows[0].id, 4)

    for post in posts:
        care.edit(post, hidden=True, deletion_reason="gone")
    await care.turn(3600)
    assert care.discord.messages == []
    assert await care.status(*rows) == [Status.REMOVED] * 3


async def test_a_digest_whose_first_post_goes_keeps_its_marker(
    care: Care, subscribe: Subscribe
) -> None:
    posts = care.plain(2)
    rows = await care.announce(await subscribe(), *posts)
    care.retag(posts[0], "explicit", drop=["safe"])

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.posts == [f"derpibooru:{posts[1].id}"]
    assert kept.outgoing.marker == rows[0].id


async def test_a_post_that_was_reported_leaves_its_digest_even_if_its_site_is_down(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9."""
    posts = care.plain(2)
    rows = await care.announce(await subscribe(), *posts)
    async with care.store.write() as tx:
        found, _unreadable = await care.reader.read("derpibooru", [post.id for post in posts])
        for post in found.values():
            await tx.posts.keep_body(post, care.clock.now())
        await tx.rechecks.remove(
            [rows[0].id], "safety 3.9 report", "reported", still_shown_until=care.clock.now()
        )
    care.simulated.set_mode("derpibooru", Mode(kind="500"))

    await care.turn(0)

    assert care.discord.posts(CHANNEL) == [f"derpibooru:{posts[1].id}"]
    gone = await care.row(rows[0])
    assert (gone.status, gone.recheck_at) == (Status.REMOVED, None)
    assert (await care.row(rows[1])).status is Status.SENT
