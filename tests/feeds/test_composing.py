"""What a message says beside its posts, and what is made of one that was sent."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.feeds.composing import Composer, Owed, Ready, Rest
from bot.feeds.names import more_link, name_of, names_of
from bot.policies import Policies
from bot.safety import SAFE, VerifiedPost, verify
from bot.store import Store
from tests.clock import MovableClock
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Owe, Subscribe


async def test_the_link_to_more_asks_only_for_what_may_be_shown(subscribe: Subscribe) -> None:
    """Reference: safety, 3.2."""
    wish = await subscribe(query="cute OR explicit")
    title, link = more_link(wish, SAFE)
    parts = urlsplit(link)
    (query,) = parse_qs(parts.query)["q"]
    assert title == "Derpibooru"
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "derpibooru.org", "/search")
    assert query.startswith("safe")
    assert "cute" in query


@pytest.mark.parametrize(
    ("site", "query", "expected"),
    [
        ("derpibooru", "((", "https://derpibooru.org/"),
        ("derpibooru", "my:watched", "https://derpibooru.org/"),
        ("twibooru", "pony", "https://twibooru.org/search?"),
        ("ponyapi", "cute, pony", "https://theponyapi.com/api/v1/pony/random?q=cute%2Cpony"),
    ],
)
async def test_what_cannot_be_asked_leads_to_the_front_page(
    subscribe: Subscribe, site: str, query: str, expected: str
) -> None:
    _title, link = more_link(await subscribe(site=site, query=query), SAFE)
    assert link.startswith(expected)
    assert link == expected or "?" in expected


async def test_a_subscription_is_called_by_what_it_looks_for(subscribe: Subscribe) -> None:
    assert name_of(await subscribe(query="cute,\n pony")) == "cute, pony"
    assert name_of(await subscribe(query="")) == "Derpibooru"
    assert len(name_of(await subscribe(query="a" * 500))) == 100


async def test_feeds_of_one_query_on_several_sites_are_told_apart(subscribe: Subscribe) -> None:
    same = [await subscribe(site=site) for site in ("derpibooru", "ponybooru", "derpibooru")]
    other = await subscribe(query="cute")
    query = name_of(same[0])
    both = (f"{query} (Derpibooru)", f"{query} (Ponybooru)")
    assert names_of([*same, other]) == (*both, "cute")
    assert names_of([same[0], same[2]]) == (query,)


@pytest.mark.parametrize("switch", ["panic", "artist"])
async def test_a_switch_that_is_turned_while_a_post_is_read_holds_for_its_message(
    store: Store,
    discord: MemoryDiscord,
    policies: Policies,
    bodies: MemoryBodies,
    clock: MovableClock,
    subscribe: Subscribe,
    owe: Owe,
    make_post: MakePost,
    *,
    switch: str,
) -> None:
    """Reference: safety, 3.6 and 3.9."""
    composer = Composer(store, discord, policies, bodies, clock)
    wish = await subscribe()
    post = make_post(1, tags=("safe", "artist:painter"))
    bodies.put(post)
    owed = Owed((await owe(wish, post),), wish, {wish.id: wish})

    async def turn() -> None:
        async with store.write() as tx:
            if switch == "panic":
                await tx.denials.panic(by=1)
            else:
                await tx.denials.opt_out("artist:painter", by=1)
        policies.forget_switches()

    bodies.on_read[post.key] = turn
    made = await composer.compose(owed)
    if switch == "panic":
        assert isinstance(made, Rest)
    else:
        assert isinstance(made, Ready)
        assert made.message is None
        assert [one.rule for one in made.dropped] == ["safety 3.9 artist"]


async def test_a_message_that_was_sent_is_made_again_for_after_care(
    store: Store,
    discord: MemoryDiscord,
    policies: Policies,
    bodies: MemoryBodies,
    clock: MovableClock,
    subscribe: Subscribe,
    owe: Owe,
    make_post: MakePost,
) -> None:
    """Reference: safety, 3.8; also where its subscription is gone or has moved on."""
    composer = Composer(store, discord, policies, bodies, clock)
    wish = await subscribe(template="{title}", role_id=5)
    row = await owe(wish, make_post(1))
    post = verify(make_post(1), SAFE, clock=clock)
    assert isinstance(post, VerifiedPost)
    made = await composer([row], [post])
    assert (made.template, made.role_id, made.marker) == ("{title}", 5, row.id)
    assert made.posts == (post,)

    async with store.write() as tx:
        await tx.subscriptions.remove(GUILD, wish.id)
    made = await composer([row], [post], minimal=True)
    assert (made.guild_id, made.channel_id, made.marker) == (GUILD, CHANNEL, row.id)
    assert (made.template, made.role_id, made.minimal) == ("", None, True)
