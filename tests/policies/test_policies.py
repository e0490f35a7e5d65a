"""Which policy holds where: read once, made of everybody's wishes, and never stale."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.policies import Policies, Where
from bot.posts.rating import Rating
from bot.safety import Action, ChannelFacts, ChannelKind, Policy
from bot.store import Channel, Filter, Guild, SiteFilter, Store, Subject, Transaction
from tests.new_database import put_new_database

GUILD, ART, QUIET = 11, 21, 22
RESTRICTED = ChannelFacts(kind=ChannelKind.TEXT, nsfw=True, guild_available=True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(put_new_database(tmp_path), SYSTEM_CLOCK) as store:
        yield store


def rule(expression: str, kind: Action = Action.HIDE, channel_id: int | None = None) -> Filter:
    return Filter(
        guild_id=GUILD,
        channel_id=channel_id,
        kind=kind,
        subject=Subject.TAG,
        expression=expression,
    )


def hiding(policy: Policy) -> set[str]:
    return {one.expression for one in policy.hiding}


async def put(store: Store, *rules: Filter) -> None:
    async with store.write() as tx:
        await tx.filters.put(rules)


async def test_a_server_and_its_channel_are_merged(store: Store) -> None:
    await put(store, rule("mud"), rule("rain", channel_id=ART), rule("mud", Action.SHOW, QUIET))
    policies = Policies(store)

    assert hiding(await policies.of(Where(guild_id=GUILD, channel_id=ART))) == {"mud", "rain"}
    assert hiding(await policies.of(Where(guild_id=GUILD, channel_id=QUIET))) == set()
    assert hiding(await policies.of(Where(guild_id=GUILD, channel_id=99))) == {"mud"}
    assert hiding(await policies.of(Where(guild_id=GUILD + 1, channel_id=ART))) == set()
    assert hiding(await policies.of(Where())) == set()


async def test_a_site_filter_hides_on_its_own_site(store: Store) -> None:
    async with store.write() as tx:
        await tx.site_filters.put(
            SiteFilter(
                guild_id=GUILD,
                site="derpibooru",
                filter_id=1,
                name="mine",
                hidden_tags=("mud",),
                spoilered_query="rain\r\nsnow",
                refreshed_at=SYSTEM_CLOCK.now(),
            )
        )
    policy = await Policies(store).of(Where(guild_id=GUILD))

    assert [(one.expression, one.site) for one in policy.hiding] == [("mud", "derpibooru")]
    assert len(policy.spoilering) == 1


async def test_a_change_holds_once_it_is_told(store: Store) -> None:
    policies = Policies(store)
    where = Where(guild_id=GUILD, channel_id=ART)
    assert hiding(await policies.of(where)) == set()
    await put(store, rule("mud"))
    policies.forget(GUILD)
    assert hiding(await policies.of(where)) == {"mud"}


async def test_what_was_read_before_a_change_is_not_kept_after_it(store: Store) -> None:
    policies = Policies(store)
    where = Where(guild_id=GUILD, channel_id=ART)
    await policies.switches()
    for _round in range(10):
        reading = asyncio.create_task(policies.of(where))
        # Somewhere in the middle of the reading.
        for _step in range(_round):
            await asyncio.sleep(0)
        await put(store, rule(f"tag {_round}"))
        policies.forget(GUILD)
        await reading
        assert f"tag {_round}" in hiding(await policies.of(where))


class Overtaken(Store):
    """A store of which `meanwhile` happens once, between a reading and what is made of it."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with super().read() as tx:
            yield tx
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()


@pytest.mark.parametrize("place", [Where(), Where(guild_id=GUILD, channel_id=ART)])
async def test_a_switch_that_is_turned_while_it_is_read_holds_at_once(
    tmp_path: Path, place: Where
) -> None:
    """Reference: safety, 3.9: nobody is given a policy of before, and none is remembered."""
    async with Overtaken(tmp_path / "mailmare.db", SYSTEM_CLOCK) as store:
        policies = Policies(store)

        async def panic() -> None:
            async with store.write() as tx:
                await tx.denials.panic(by=1)
            policies.forget_switches()

        store.meanwhile = panic
        assert (await policies.of(place)).panic
        assert (await policies.of(place)).panic


async def test_the_operators_switches_reach_every_place(store: Store) -> None:
    """Reference: safety, 3.9."""
    policies = Policies(store)
    places = [Where(), Where(guild_id=GUILD, channel_id=ART)]
    for place in places:
        assert not (await policies.of(place)).panic
    async with store.write() as tx:
        await tx.denials.panic(by=1)
        await tx.denials.site_off("twibooru", by=1)
        await tx.denials.deny_post("derpibooru", 7, by=1)
        await tx.denials.opt_out("artist:somepony", by=1)
    policies.forget_switches()
    for place in places:
        policy = await policies.of(place)
        assert policy.panic
        assert policy.sites_off == {"twibooru"}
        assert policy.denied_posts == {("derpibooru", 7)}
        assert policy.denied_artists == {"artist:somepony"}


@pytest.mark.parametrize("profile", ["safe", "full"])
@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("channel_wants", [None, False])
async def test_more_than_safe_needs_everybodys_consent(
    store: Store, profile: str, *, wanted: bool, restricted: bool, channel_wants: bool | None
) -> None:
    """Rules D4 and D7."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=wanted, graphic=wanted))
        await tx.channels.put(Channel(id=ART, guild_id=GUILD, adult=channel_wants))
    facts = RESTRICTED if restricted else ChannelFacts()
    policies = Policies(store, profile=profile)
    policy = await policies.of(Where(guild_id=GUILD, channel_id=ART, facts=facts))

    everybody = profile == "full" and wanted and restricted and channel_wants is None
    assert (Rating.EXPLICIT in policy.ratings) is everybody
    assert not policy.graphic


async def test_violent_art_needs_the_operator_too(store: Store) -> None:
    """Rule D2."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True, graphic=True))
    where = Where(guild_id=GUILD, channel_id=ART, facts=RESTRICTED)

    assert not (await Policies(store, profile="full").of(where)).graphic
    assert (await Policies(store, profile="full", graphic=True).of(where)).graphic
    assert not (await Policies(store, profile="safe", graphic=True).of(where)).graphic


async def test_policies_of_many_servers_are_bounded(store: Store) -> None:
    policies = Policies(store, remembered=3)
    for guild_id in range(1, 9):
        await policies.guild(guild_id)

    assert len(policies._guilds) == 3
