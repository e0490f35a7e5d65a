"""The servers' audit lists."""

from bot.store import Guild, Store
from bot.store.audit import KEPT, LONGEST_VALUE
from tests.clock import MovableClock


async def test_says_who_changed_what_and_when(store: Store, clock: MovableClock) -> None:
    async with store.write() as tx:
        await tx.audit.add(
            1,
            "server.setup",
            actor_id=7,
            subject="time_zone",
            before=Guild(id=1),
            after={"tags": ["a", "é"], "n": 1.5},
        )
        clock.advance(60)
        await tx.audit.add(1, "filter.hide", actor_id=None)
        await tx.audit.add(2, "filter.hide", actor_id=8)
    async with store.read() as tx:
        latest, first = await tx.audit.recent(1)
    assert (latest.action, latest.actor_id, latest.subject) == ("filter.hide", None, "")
    assert (latest.before, latest.after) == (None, None)
    assert (latest.at - first.at).total_seconds() == 60
    assert first.actor_id == 7
    assert first.subject == "time_zone"
    assert first.before["time_zone"] == "UTC"
    assert first.after == {"tags": ["a", "é"], "n": 1.5}


async def test_is_read_page_by_page(store: Store) -> None:
    async with store.write() as tx:
        for number in range(7):
            await tx.audit.add(1, str(number), actor_id=None)
        seen: list[str] = []
        before = None
        while page := await tx.audit.recent(1, limit=3, before=before):
            seen += [entry.action for entry in page]
            before = page[-1].id
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_keeps_the_latest_of_each_server(store: Store) -> None:
    async with store.write() as tx:
        await tx.audit.add(2, "other", actor_id=None)
        for number in range(KEPT + 5):
            await tx.audit.add(1, str(number), actor_id=None)
        found = await tx.audit.recent(1, limit=2 * KEPT)
        assert [entry.action for entry in found] == [str(n) for n in range(KEPT + 4, 4, -1)]
        assert len(await tx.audit.recent(2)) == 1


async def test_shortens_what_is_too_long(store: Store) -> None:
    async with store.write() as tx:
        await tx.audit.add(
            1,
            "import",
            actor_id=None,
            subject="s" * 10 * LONGEST_VALUE,
            before=['"'] * LONGEST_VALUE,
            after="x" * (LONGEST_VALUE - 2),
        )
        (entry,) = await tx.audit.recent(1)
    assert len(entry.subject) == LONGEST_VALUE
    assert entry.before["shortened"].startswith('["\\""')
    assert entry.after == "x" * (LONGEST_VALUE - 2)
