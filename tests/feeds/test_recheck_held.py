"""What after-care finds cannot be noted for a while: no site is asked in every turn (F27, F28)."""

import sqlite3

import pytest

from bot.feeds.recheck import STORE_PAUSE
from bot.store import Store, StoreError
from tests.feeds.after_care import MINUTES_10, Care
from tests.feeds.owed import Subscribe


@pytest.fixture
def patience() -> float:
    return 0.01


async def test_a_database_that_takes_nothing_does_not_make_it_ask_the_site_in_each_turn(
    care: Care, store: Store, subscribe: Subscribe
) -> None:
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    asked = care.simulated.requests["derpibooru"]
    asked.clear()
    care.clock.advance(MINUTES_10)
    other = sqlite3.connect(store.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError):
        await care.turn(0)
    for _turn in range(11):
        await care.turn(5)
    assert len(asked) == 1
    with pytest.raises(StoreError):
        await care.turn(STORE_PAUSE.total_seconds())
    assert len(asked) == 2
    other.close()
    await care.turn(STORE_PAUSE.total_seconds())
    assert (await care.row(row)).rechecks == 1
