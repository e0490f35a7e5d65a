"""Sites' public filters that servers use are read again, or stay as they were."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from bot.demo.sites import Mode, SimulatedSites
from bot.site_filters import STALE_AFTER, SiteFilterReader
from bot.sites import Sites
from bot.store import SiteFilter, Store, StoreError
from tests.clock import MovableClock
from tests.new_database import put_new_database
from tests.sites.simulated import clients

GUILD, SOMEBODY = 11, 5
PUBLIC, PRIVATE, IMPOSSIBLE = 179_331, 200_003, 2**60


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def store(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Store]:
    async with Store(put_new_database(tmp_path), clock) as store:
        yield store


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    async with clients() as both:
        yield both


async def use(
    store: Store, clock: MovableClock, *filter_ids: int, site: str = "derpibooru"
) -> None:
    async with store.write() as tx:
        for filter_id in filter_ids:
            await tx.site_filters.put(
                SiteFilter(
                    guild_id=GUILD, site=site, filter_id=filter_id, hidden_tags=("as it was",),
                    refreshed_at=clock.now() - STALE_AFTER - timedelta(hours=1),
                    created_by=SOMEBODY,
                )
            )  # fmt: skip


async def kept(store: Store) -> dict[tuple[str, int], SiteFilter]:
    async with store.read() as tx:
        return {(one.site, one.filter_id): one for one in await tx.site_filters.of_guild(GUILD)}


async def refreshed(reader: SiteFilterReader) -> list[int]:
    return [guild_id async for guild_id in reader.refresh()]


async def test_an_old_filter_is_read_again_and_a_new_one_is_not(
    store: Store, clock: MovableClock, sites: tuple[Sites, SimulatedSites]
) -> None:
    await use(store, clock, PUBLIC)
    reader = SiteFilterReader(sites[0], store, clock)

    assert await refreshed(reader) == [GUILD]
    one = (await kept(store))["derpibooru", PUBLIC]
    assert one.hidden_tags == ("sunset",)
    assert one.hidden_query
    assert one.refreshed_at == clock.now()
    assert await refreshed(reader) == []


@pytest.mark.parametrize("filter_id", [PRIVATE, 999_999, IMPOSSIBLE])
async def test_what_cannot_be_read_any_more_hides_what_it_hid_and_is_in_nobodys_way(
    store: Store, clock: MovableClock, sites: tuple[Sites, SimulatedSites], filter_id: int
) -> None:
    await use(store, clock, filter_id)
    reader = SiteFilterReader(sites[0], store, clock)
    await refreshed(reader)

    one = (await kept(store))["derpibooru", filter_id]
    assert one.hidden_tags == ("as it was",)
    assert one.refreshed_at == clock.now()


async def test_a_site_that_does_not_answer_keeps_no_other_sites_filters_back(
    store: Store, clock: MovableClock, sites: tuple[Sites, SimulatedSites]
) -> None:
    sites[1].set_mode("derpibooru", Mode(kind="down_501"))
    await use(store, clock, *range(1, 26))
    await use(store, clock, 3, site="ponybooru")
    await refreshed(SiteFilterReader(sites[0], store, clock))

    found = await kept(store)
    assert found["derpibooru", 1].hidden_tags == ("as it was",)
    assert found["derpibooru", 1].refreshed_at < clock.now()
    assert found["ponybooru", 3].hidden_tags == ()


class Struck(SiteFilterReader):
    """A reader that fails in a way that nobody foresaw, at one of the filters."""

    async def again(self, wanted: SiteFilter) -> SiteFilter:
        if wanted.filter_id == PRIVATE:
            raise StoreError(self._store.path)
        return await super().again(wanted)


async def test_what_was_read_before_a_failure_is_told_all_the_same(
    store: Store, clock: MovableClock, sites: tuple[Sites, SimulatedSites]
) -> None:
    """Otherwise the server's old rules would hold for as long as they are remembered."""
    await use(store, clock, PUBLIC, PRIVATE)
    told = Struck(sites[0], store, clock).refresh()

    assert await anext(told) == GUILD
    with pytest.raises(StoreError):
        await anext(told)
    assert (await kept(store))["derpibooru", PUBLIC].hidden_tags == ("sunset",)


class Overtaken(SiteFilterReader):
    """A reader in whose reading somebody else writes."""

    drop = False

    async def again(self, wanted: SiteFilter) -> SiteFilter:
        found = await super().again(wanted)
        async with self._store.write() as tx:
            if self.drop:
                await tx.site_filters.remove(GUILD, None, wanted.site, wanted.filter_id)
            else:
                await tx.retention.forget_user(SOMEBODY)
        return found


@pytest.mark.parametrize("drop", [False, True])
async def test_a_filter_dropped_meanwhile_stays_dropped_and_a_person_forgotten(
    store: Store, clock: MovableClock, sites: tuple[Sites, SimulatedSites], *, drop: bool
) -> None:
    """Rule D10."""
    await use(store, clock, PUBLIC)
    reader = Overtaken(sites[0], store, clock)
    reader.drop = drop
    await refreshed(reader)

    found = list((await kept(store)).values())
    assert [structs.replace(one, created_by=None) for one in found] == found
    assert len(found) == (0 if drop else 1)
