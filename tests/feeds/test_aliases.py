"""What the aliases in queries stand for is asked once, again daily, and never at a feed's cost."""

from collections.abc import AsyncIterator, Mapping

import pytest

from bot.demo.sites.modes import Mode
from bot.feeds.aliases import FRESH, AliasBook
from bot.policies import Policies
from bot.query import parse
from bot.store import Store
from tests.clock import MovableClock
from tests.feeds.following import Following, following
from tests.feeds.memory_discord import MemoryDiscord


@pytest.fixture
async def stage(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Following]:
    async with following(store, policies, discord, clock, rules=False) as stage:
        yield stage


@pytest.fixture
def book(stage: Following) -> AliasBook:
    return AliasBook(stage.sites, stage.store, stage.roster, stage.clock)


async def known(stage: Following, site: str = "derpibooru") -> Mapping[str, str]:
    async with stage.store.read() as tx:
        return await tx.aliases.of_site(site)


@pytest.mark.parametrize("site", ["derpibooru", "twibooru"])
async def test_a_query_that_names_an_alias_finds_what_has_its_tag(
    stage: Following, book: AliasBook, site: str
) -> None:
    await book.learn(site, parse("aj, -mare, no such tag at all"))
    assert await known(stage, site) == {
        "aj": "applejack", "mare": "mare", "no such tag at all": "no such tag at all",
    }  # fmt: skip
    await stage.subscribe("aj, -mare", site=site)
    await stage.turn(site)
    stage.clock.advance(300)
    post = stage.publish("applejack", site=site)
    await stage.turn(site)
    assert await stage.owed() == [post.id]
    stage.asked(site)
    await book.learn(site, parse("aj || mare"))
    assert stage.asked(site) == []


async def test_while_a_site_is_out_a_name_stands_for_itself_until_the_next_turn(
    stage: Following, book: AliasBook
) -> None:
    wish = await stage.subscribe("aj, mare")
    stage.simulated.set_mode("derpibooru", Mode(kind="500"))
    await stage.clock.hurry(book.learn("derpibooru", parse(wish.query)))
    assert await known(stage) == {"aj": "aj", "mare": "mare"}
    assert len(stage.asked()) == 1
    stage.simulated.set_mode("derpibooru")
    stage.clock.advance(60)
    await stage.clock.hurry(book.turn())
    assert await known(stage) == {"aj": "applejack", "mare": "mare"}


async def test_names_are_asked_for_again_daily_and_kept_through_an_outage(
    stage: Following, book: AliasBook
) -> None:
    await stage.subscribe("aj")
    await book.turn()
    stage.asked()
    stage.clock.advance(FRESH.total_seconds() - 1)
    await book.turn()
    assert stage.asked() == []
    stage.clock.advance(2)
    stage.simulated.set_mode("derpibooru", Mode(kind="500", times=1))
    await stage.clock.hurry(book.turn())
    assert await known(stage) == {"aj": "applejack"}
    stage.asked()
    stage.clock.advance(600)
    await stage.clock.hurry(book.turn())
    await book.turn()
    assert len(stage.asked()) >= 1
    assert await known(stage) == {"aj": "applejack"}


async def test_many_names_are_asked_for_in_few_requests(stage: Following, book: AliasBook) -> None:
    """However many feeds there are, they cost their site little (rule L6)."""
    names = ["aj", "mare", *(f"odd name {n}" for n in range(18))]
    await book.learn("derpibooru", parse(" || ".join(names)))
    # One for the names, one for what the aliases among them lead to.
    assert len(stage.asked()) == 2
    assert await known(stage) == {name: name for name in names} | {"aj": "applejack"}


async def test_names_that_no_query_has_any_more_are_forgotten(
    stage: Following, book: AliasBook
) -> None:
    wish = await stage.subscribe("aj")
    await stage.subscribe("((", channel_id=99)
    await book.turn()
    async with stage.store.write() as tx:
        await tx.subscriptions.remove(wish.guild_id, wish.id)
    await stage.roster.changed(wish.id)
    await book.turn()
    assert await known(stage) == {}


async def test_a_site_without_a_search_language_has_no_aliases(
    stage: Following, book: AliasBook
) -> None:
    await book.learn("ponyapi", parse("aj"))
    assert await known(stage, "ponyapi") == {}
