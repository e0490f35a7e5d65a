"""The benchmark of feeds measures what it says; its figures are nobody's promise."""

from pathlib import Path

from benchmarks import feeds_hour, feeds_outbox, feeds_wishes
from bot.catalogue import CATALOGUE
from bot.feeds.proofreading import read_query
from bot.store import FILE_NAME


async def test_some_feeds_are_followed_for_a_while_and_searched_for_one_by_one(
    tmp_path: Path,
) -> None:
    database = tmp_path / FILE_NAME
    await feeds_wishes.fill(database, feeds_wishes.wishes(5))
    hour = await feeds_hour.ours(database, 10.0)
    assert 0 < hour.site_requests < 15
    assert sum(hour.seconds.values()) > 0
    usual = await feeds_hour.usual(database, 300.0)
    assert usual.site_requests == 5
    assert usual.sample == 5


async def test_what_goes_into_the_outbox_is_delivered_and_at_discords_pace(tmp_path: Path) -> None:
    rates = await feeds_outbox.rates(tmp_path, announcements=4, paced=2, channels=2)
    assert (rates.announcements, rates.paced, rates.paced_refused) == (4, 2, 0)


def test_the_feeds_are_the_same_each_time_and_can_be_read() -> None:
    wished = feeds_wishes.wishes(200)
    assert wished == feeds_wishes.wishes(200)
    for one in wished:
        read_query(one.query, CATALOGUE[one.site])
