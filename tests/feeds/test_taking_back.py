"""After-care: what may not be shown any more is taken back (safety, 3.8)."""

from typing import Any

import pytest
from msgspec import structs

from bot.demo.sites.modes import Mode
from bot.feeds.composing import Composer
from bot.feeds.recheck import AfterCare
from bot.policies import Policies
from bot.store import Guild, Status, Store
from tests.feeds.after_care import Care
from tests.feeds.memory_discord import PLAIN, RESTRICTED
from tests.feeds.owed import CHANNEL, GUILD, Subscribe


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"tags": ("explicit", "artist:a", "pony")}, "safety 3.5 rating"),
        ({"tags": ("safe", "explicit", "artist:a", "pony")}, "safety 3.5 rating"),
        ({"tags": ("safe", "foalcon", "artist:a")}, "D3"),
        ({"tags": ("safe", "grimdark", "artist:a")}, "D2"),
        ({"hidden": True, "deletion_reason": "Artist's wish"}, "safety 3.5 deleted"),
        ({"hidden": True, "duplicate_of": 2_000_000_001}, "safety 3.5 merged"),
    ],
)
async def test_what_may_not_be_shown_any_more_is_taken_back(
    care: Care, subscribe: Subscribe, changes: dict[str, Any], rule: str
) -> None:
    """Retag, takedown, merge (reference: safety, 3.8)."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.edit(post, **changes)

    await care.turn()

    assert care.discord.messages == []
    removed = await care.row(row)
    assert removed.status is Status.REMOVED
    assert removed.rule == rule
    assert removed.reason
    assert removed.recheck_at is None


async def test_what_its_site_does_not_know_any_more_is_taken_back(
    care: Care, subscribe: Subscribe
) -> None:
    """Fault F50: asked for by itself first."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    gone = post.id + 1
    assert gone not in care.world.posts("derpibooru")
    await care.change_rows([row], post_id=gone)

    await care.turn()

    assert care.discord.messages == []
    assert (await care.row(row)).rule == "safety 3.8 gone"
    paths = [request.path for request in care.simulated.requests["derpibooru"]]
    assert any(path.endswith(f"/images/{gone}") for path in paths)


@pytest.mark.parametrize("mode", ["500", "503", "html200", "truncated", "drop"])
async def test_a_site_that_fails_never_counts_as_a_deletion(
    care: Care, subscribe: Subscribe, mode: str
) -> None:
    """Reference: safety, 3.8; the look is made up for when the site is well again."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.simulated.set_mode("derpibooru", Mode(kind=mode))  # type: ignore[arg-type]

    await care.turn()
    for _try in range(3):
        await care.turn(1800)

    assert len(care.discord.messages) == 1
    waiting = await care.row(row)
    assert (waiting.status, waiting.rechecks) == (Status.SENT, 0)
    assert waiting.recheck_at is not None

    care.simulated.set_mode("derpibooru")
    care.retag(post, "explicit", drop=["safe"])
    await care.turn(3600)
    assert care.discord.messages == []


async def test_a_body_that_cannot_be_read_never_counts_as_a_deletion(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.8; faults F18, F50: the site has it, and says so in no known way."""
    wish = await subscribe()
    alone, odd, other = care.plain(3)
    (row,) = await care.announce(wish, alone)
    digest = await care.announce(wish, odd, other)
    for post in (alone, odd):
        care.edit(post, sha512_hash=7)

    await care.turn()
    await care.turn()

    assert [kept.posts for kept in care.discord.messages] == [
        [f"derpibooru:{alone.id}"],
        [f"derpibooru:{odd.id}", f"derpibooru:{other.id}"],
    ]
    waiting = await care.row(row)
    assert (waiting.status, waiting.rechecks) == (Status.SENT, 0)
    assert waiting.recheck_at is not None

    # What must go from beside it does not wait for it.
    care.retag(other, "explicit", drop=["safe"])
    await care.turn()
    assert (await care.row(digest[1])).status is Status.REMOVED
    assert f"derpibooru:{other.id}" not in care.discord.posts(CHANNEL)

    care.edit(alone, sha512_hash="07", tags=("explicit", "mare"))
    await care.turn()
    assert (await care.row(row)).status is Status.REMOVED


async def test_a_new_rule_of_the_server_takes_nothing_back(
    care: Care, subscribe: Subscribe
) -> None:
    """It is about what comes; what a retag brings under it goes."""
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    await care.hide("pony")
    care.retag(posts[1], "new tag")

    await care.turn()

    assert await care.status(*rows) == [Status.SENT, Status.REMOVED]
    assert (await care.row(rows[1])).rule == "safety 3.5 hidden tag"


@pytest.mark.parametrize("denied", ["post", "artist"])
async def test_what_the_operator_denies_is_taken_back(
    care: Care, subscribe: Subscribe, denied: str
) -> None:
    """Reference: safety, 3.9."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    artist = next(tag for tag in post.tags if tag.startswith("artist:"))
    async with care.store.write() as tx:
        if denied == "post":
            await tx.denials.deny_post(post.site, post.id, by=None)
        else:
            await tx.denials.opt_out(artist, by=None)
    care.policies.forget_switches()

    await care.turn()

    assert care.discord.messages == []
    assert (await care.row(row)).rule == f"safety 3.9 {denied}"


async def test_while_all_pictures_are_stopped_nothing_is_shown_anew_but_what_must_go_goes(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9."""
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    async with care.store.write() as tx:
        await tx.denials.panic(by=None)
    care.policies.forget_switches()
    care.retag(posts[0], "artist:second")
    care.retag(posts[1], "explicit", drop=["safe"])

    await care.turn()

    assert await care.status(*rows) == [Status.SENT, Status.REMOVED]
    assert "second" not in care.artists


async def test_a_channel_that_loses_its_flag_loses_what_does_not_fit_it(
    store: Store, care: Care, subscribe: Subscribe
) -> None:
    """Rule D4; but a channel of which nothing is known yet loses nothing (rule D6, fault F02)."""
    full = Policies(store, profile="full")
    care.policies = full
    care.composer = Composer(store, care.discord, full, care.reader, care.clock)
    care.care = AfterCare(store, care.reader, full, care.discord, care.composer, care.clock)
    care.discord.facts[CHANNEL] = RESTRICTED
    wish = await subscribe(adult=True)
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    (post,) = care.plain(1)
    care.retag(post, "suggestive", drop=["safe"])
    (row,) = await care.announce(wish, care.world.posts("derpibooru")[post.id])

    care.discord.facts[CHANNEL] = structs.replace(RESTRICTED, guild_available=False)
    await care.turn()
    assert await care.status(row) == [Status.SENT]

    care.discord.facts[CHANNEL] = PLAIN
    await care.turn(3600)
    assert await care.status(row) == [Status.REMOVED]


async def test_an_evil_sites_texts_change_nothing_but_the_credit(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 4 and 5."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.simulated.set_mode("derpibooru", Mode(kind="evil"))

    await care.turn()

    # What it says now either may be shown, or is taken back: nothing of it goes through unseen.
    now = await care.row(row)
    for kept in care.discord.messages:
        for shown_post in kept.outgoing.posts:
            assert all(url.startswith("https://") for url in shown_post.media.urls)
            assert "safe" in shown_post.post.tags
    assert (now.status is Status.REMOVED) is (care.discord.messages == [])
