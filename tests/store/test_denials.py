"""The operator's switches, which outlive a restart (safety, 3.9)."""

from pathlib import Path

from bot.store import Store, Switches
from tests.clock import MovableClock


async def test_nothing_is_denied_at_first(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.denials.switches() == Switches(panic=None, sites={}, posts={}, artists={})


async def test_what_is_denied_stays_so_after_a_restart(path: Path, clock: MovableClock) -> None:
    async with Store(path, clock) as store, store.write() as tx:
        await tx.denials.panic(by=7, reason="raid")
        await tx.denials.site_off("twibooru", by=7)
        await tx.denials.deny_post("derpibooru", 2**53, by=7, reason="reported")
        await tx.denials.deny_post("ponybooru", 1, by=None)
        await tx.denials.opt_out("artist:somepony", by=7)
    async with Store(path, clock) as store, store.read() as tx:
        found = await tx.denials.switches()
    assert found.panic is not None
    assert (found.panic.reason, found.panic.created_by, found.panic.created_at) == (
        "raid",
        7,
        clock.now(),
    )
    assert set(found.sites) == {"twibooru"}
    assert set(found.posts) == {("derpibooru", 2**53), ("ponybooru", 1)}
    assert found.posts["derpibooru", 2**53].reason == "reported"
    assert set(found.artists) == {"artist:somepony"}


async def test_everything_can_be_taken_back_once(store: Store) -> None:
    async with store.write() as tx:
        await tx.denials.panic(by=7)
        await tx.denials.site_off("twibooru", by=7)
        await tx.denials.deny_post("derpibooru", 1, by=7)
        await tx.denials.opt_out("artist:somepony", by=7)
        for expected in (True, False):
            assert await tx.denials.resume() is expected
            assert await tx.denials.site_on("twibooru") is expected
            assert await tx.denials.allow_post("derpibooru", 1) is expected
            assert await tx.denials.opt_in("artist:somepony") is expected
        assert await tx.denials.switches() == Switches()


async def test_denied_twice_the_first_reason_stands(store: Store) -> None:
    async with store.write() as tx:
        await tx.denials.deny_post("derpibooru", 1, by=7, reason="first")
        await tx.denials.deny_post("derpibooru", 1, by=8, reason="second")
        found = await tx.denials.switches()
    assert found.posts["derpibooru", 1].reason == "first"
