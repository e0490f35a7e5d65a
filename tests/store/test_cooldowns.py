"""The sites' cool-downs, which a restart does not get round (F12-F14)."""

from datetime import timedelta
from pathlib import Path

from bot.store import Cooldown, Store
from tests.clock import MovableClock


async def test_outlive_a_restart_and_end_in_time(path: Path, clock: MovableClock) -> None:
    pause = Cooldown(
        host="derpibooru.org",
        until=clock.now() + timedelta(minutes=15, milliseconds=1),
        failures=3,
        reason="It answered with an empty error.",
    )
    async with Store(path, clock) as store, store.write() as tx:
        await tx.cooldowns.put([pause])
    async with Store(path, clock) as store, store.read() as tx:
        assert await tx.cooldowns.current() == (pause,)
        clock.advance(900)
        assert await tx.cooldowns.current() == (pause,)
        clock.advance(0.001)
        assert await tx.cooldowns.current() == ()


async def test_each_host_has_its_latest(store: Store, clock: MovableClock) -> None:
    soon, later = (clock.now() + timedelta(hours=hours) for hours in (1, 2))
    async with store.write() as tx:
        await tx.cooldowns.put([Cooldown(host="b", until=soon), Cooldown(host="a", until=later)])
        await tx.cooldowns.put([Cooldown(host="b", until=later, failures=1)])
        await tx.cooldowns.put([])
        found = await tx.cooldowns.current()
        assert [(one.host, one.until, one.failures) for one in found] == [
            ("a", later, 0),
            ("b", later, 1),
        ]
        assert await tx.cooldowns.clear("a")
        assert not await tx.cooldowns.clear("a")
        assert [one.host for one in await tx.cooldowns.current()] == ["b"]
