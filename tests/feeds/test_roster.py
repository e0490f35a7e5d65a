"""The subscriptions in memory are those of the database, each for itself."""

import pytest
from msgspec import structs
from sqlalchemy import literal_column, update

from bot.feeds.roster import Roster, tags_named
from bot.query import parse
from bot.store import FeedKind, Pause, Store
from bot.store.feed_tables import subscriptions
from tests.clock import MovableClock
from tests.feeds.owed import GUILD, MakePost, Subscribe


@pytest.fixture
def roster(store: Store) -> Roster:
    return Roster(store)


async def test_it_is_read_from_the_database_and_follows_it(
    roster: Roster, store: Store, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    one, two = await subscribe(), await subscribe(query="beach", guild_id=GUILD + 1)
    await roster.load()
    assert roster.get(one.id) == one
    assert roster.of_guild(GUILD) == (one,)
    assert roster.sites() == {"derpibooru"}
    post = make_post(tags=("safe", "pony"))
    assert roster.match(post, clock.now()).matched == {one.id}
    three = await subscribe(query="pony", site="twibooru")
    async with store.write() as tx:
        await tx.subscriptions.put(structs.replace(two, query="pony"))
        await tx.subscriptions.remove(GUILD, one.id)
    await roster.changed(one.id, two.id, three.id)
    assert roster.get(one.id) is None
    assert roster.of_guild(GUILD) == (three,)
    assert roster.match(post, clock.now()).matched == {two.id}
    assert [found.id for found in roster.of_site("twibooru")] == [three.id]
    before = list(roster.all())
    await roster.load()
    assert sorted(roster.all(), key=lambda found: found.id) == before


async def test_a_server_that_was_forgotten_is_gone_with_all_of_its_own(
    roster: Roster, store: Store, subscribe: Subscribe
) -> None:
    await subscribe()
    await roster.load()
    await subscribe(query="beach")
    await roster.guild_changed(GUILD)
    assert len(roster.of_guild(GUILD)) == 2
    async with store.write() as tx:
        await tx.retention.forget_guild(GUILD)
    await roster.guild_changed(GUILD)
    assert (list(roster.all()), roster.sites()) == ([], frozenset())


async def test_only_what_new_posts_are_matched_for_is_asked(
    roster: Roster, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """F21: what is collected during a pause is not lost."""
    waits = await subscribe(pause=Pause.NO_ACCESS, retry_at=clock.now())
    paused = await subscribe(pause=Pause.PERSON)
    drawn = await subscribe(kind=FeedKind.RANDOM)
    await roster.load()
    assert roster.of_site("derpibooru") == (waits,)
    assert roster.match(make_post(), clock.now()).matched == {waits.id}
    assert {roster.get(one.id) for one in (paused, drawn)} == {paused, drawn}


async def test_a_query_that_cannot_be_read_holds_up_no_other(
    roster: Roster, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """F42."""
    broken, elsewhere = await subscribe(query="(pony"), await subscribe(site="gone")
    good = await subscribe()
    await roster.load()
    assert set(roster.unreadable) == {broken.id, elsewhere.id}
    assert roster.match(make_post(), clock.now()).matched == {good.id}
    roster.put(structs.replace(broken, query="pony"))
    assert set(roster.unreadable) == {elsewhere.id}
    assert roster.match(make_post(), clock.now()).matched == {good.id, broken.id}


async def test_a_query_finds_what_has_the_tag_that_its_alias_stands_for(
    roster: Roster, store: Store, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """Reference: boards, 0.6."""
    one = await subscribe(query="ponies")
    await roster.load()
    assert roster.match(make_post(), clock.now()).matched == set()
    async with store.write() as tx:
        await tx.aliases.put("derpibooru", {"ponies": "pony", "mare": "mare"}, clock.now())
    await roster.aliases_changed("derpibooru")
    assert roster.match(make_post(), clock.now()).matched == {one.id}
    again = Roster(store)
    await again.load()
    assert again.match(make_post(), clock.now()).matched == {one.id}


async def test_it_knows_from_when_on_posts_are_new_to_anybody(
    roster: Roster, store: Store, subscribe: Subscribe, clock: MovableClock
) -> None:
    assert roster.since("derpibooru") is None
    began = clock.now()
    first = await subscribe()
    clock.advance(60)
    await subscribe()
    await roster.load()
    assert roster.since("derpibooru") == began
    async with store.write() as tx:
        await tx.subscriptions.remove(GUILD, first.id)
    await roster.changed(first.id)
    assert roster.since("derpibooru") == clock.now()


def test_the_tags_that_a_query_names_in_full_can_be_aliases() -> None:
    query = parse('pony, -(beach || score.gt:5), mare*, uploader:x, "a, b"')
    assert tags_named(query) == {"pony", "beach", "a, b"}


async def test_nothing_is_matched_for_a_server_that_removed_us_until_it_takes_us_back(
    roster: Roster, store: Store, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """Rule D10, fault F23: what appears meanwhile is not new to it afterwards."""
    wish, other = await subscribe(), await subscribe(guild_id=GUILD + 1)
    await roster.load()
    async with store.write() as tx:
        await tx.retention.left(GUILD)
    await roster.guild_changed(GUILD)
    assert roster.match(make_post(), clock.now()).matched == {other.id}
    again = Roster(store)
    await again.load()
    assert again.match(make_post(), clock.now()).matched == {other.id}
    clock.advance(3600)
    async with store.write() as tx:
        assert await tx.retention.reconcile([GUILD]) == (GUILD + 1,)
    await roster.servers_changed()
    assert roster.match(make_post(), clock.now()).matched == {wish.id}
    back = roster.get(wish.id)
    assert back is not None
    assert back.since == clock.now()
    async with store.write() as tx:
        await tx.retention.joined(GUILD)
    clock.advance(1)
    await roster.guild_changed(GUILD)
    assert roster.get(wish.id) == back


async def test_what_nobody_told_of_is_read_where_posts_are_kept(
    roster: Roster, store: Store, subscribe: Subscribe
) -> None:
    await subscribe()
    await roster.load()
    async with store.write() as tx:
        assert not await roster.catch_up(tx)
    wish = await subscribe()
    async with store.write() as tx:
        assert await roster.catch_up(tx)
        assert roster.get(wish.id) == wish
        assert not await roster.catch_up(tx)


async def test_a_query_that_nothing_can_be_made_of_holds_up_no_other(
    roster: Roster, store: Store, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """F42: a row that no version of ours wrote, met at the start and later."""
    odd, good = await subscribe(), await subscribe()
    damage = update(subscriptions).where(subscriptions.c.id == odd.id)
    async with store.write() as tx:
        await tx.connection.execute(damage.values(query=literal_column("x'ff'")))
    await roster.load()
    again = Roster(store)
    await again.changed(good.id, odd.id)
    for one in (roster, again):
        assert set(one.unreadable) == {odd.id}
        assert one.match(make_post(), clock.now()).matched == {good.id}
    await subscribe()
    async with store.write() as tx:
        assert await roster.catch_up(tx)
