"""What servers are to be told waits in the database until it was told."""

from datetime import timedelta

import pytest

from bot.store import Guild, Store
from tests.clock import MovableClock


async def test_a_notice_is_due_until_it_is_told(store: Store, clock: MovableClock) -> None:
    async with store.write() as tx:
        for guild_id in (1, 2, 3):
            await tx.guilds.put(Guild(id=guild_id))
        await tx.notices.add("outage", [1, 2], site="derpibooru", detail="500")
        await tx.notices.add("paused", [3], subscription_id=7, detail="age")
        await tx.notices.add("outage", [])
        first, second, third = await tx.notices.due()
        assert (first.guild_id, first.kind, first.site, first.detail) == (
            1, "outage", "derpibooru", "500",
        )  # fmt: skip
        assert third.subscription_id == 7
        await tx.notices.told([first.id])
        await tx.notices.later([second.id], clock.now() + timedelta(minutes=1))
        assert await tx.notices.due() == (third,)
    clock.advance(60)
    async with store.read() as tx:
        again, _third = await tx.notices.due()
        assert (again.id, again.attempts) == (second.id, 1)
        assert await tx.notices.due(limit=1) == (again,)
        (told,) = await tx.notices.of_guild(1)
    assert told.told_at is not None


@pytest.mark.parametrize(("kind", "site"), [("outage", "derpibooru"), ("stopped", "")])
async def test_what_is_over_is_not_told_any_more_to_whom_it_was_not(
    store: Store, kind: str, site: str
) -> None:
    """It could be told after its end, and would be taken for new."""
    async with store.write() as tx:
        for guild_id in (1, 2):
            await tx.guilds.put(Guild(id=guild_id))
        await tx.notices.add(kind, [1, 2], site=site)
        await tx.notices.add("outage", [1], site="twibooru")
        await tx.notices.add(f"{kind} over", [1, 2], site=site)
        due = [(one.guild_id, one.kind, one.site) for one in await tx.notices.due()]
    assert due == [
        (1, "outage", "twibooru"), (1, f"{kind} over", site), (2, f"{kind} over", site),
    ]  # fmt: skip


async def test_notices_go_with_their_server(store: Store, clock: MovableClock) -> None:
    """Rule D10."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=1))
        await tx.notices.add("outage", [1], site="derpibooru")
        await tx.retention.left(1)
    clock.advance(40 * 86400)
    async with store.write() as tx:
        await tx.retention.forget_due()
        assert await tx.notices.due() == ()


async def test_what_was_told_is_forgotten_in_time(store: Store, clock: MovableClock) -> None:
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=1))
        await tx.notices.add("outage", [1], site="derpibooru")
        await tx.notices.told([notice.id for notice in await tx.notices.due()])
        await tx.notices.add("outage over", [1], site="derpibooru")
    clock.advance(31 * 86400)
    async with store.write() as tx:
        assert await tx.notices.forget_old() == 1
        assert [notice.kind for notice in await tx.notices.of_guild(1)] == ["outage over"]
