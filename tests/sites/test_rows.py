"""One entry that nothing can be made of costs no other of its page (F18, F42)."""

import logging

import pytest
from msgspec import structs

from bot.posts.model import Post
from bot.sites import CATALOGUE, BadResponse, Transport
from bot.sites.asking import Asker
from bot.sites.philomena_bodies import read_post
from bot.sites.rows import Rows
from tests.clock import MovableClock

SITE = CATALOGUE["derpibooru"]


def odd(row: object) -> Post:
    """A decoder with a mistake in it: one post is too much for it."""
    post = read_post(row, SITE, {})
    return structs.replace(post, width=100 // (post.id - 2))


def test_an_entry_that_cannot_be_read_is_set_aside_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = Rows(SITE)
    page = [{"id": 1}, {"id": 2}, {"id": "3"}, {"id": 4}, {"id": "5"}, 6]
    for _reading in range(3):
        posts, bad = rows.read(page, odd)
        assert ([post.id for post in posts], bad) == ([1, 4], 4)
    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.ERROR, "an entry of derpibooru cannot be read: 2, 'ZeroDivisionError in 2'"),
        (logging.WARNING, "an entry of derpibooru cannot be read: '3', 'image.id'"),
        (logging.WARNING, "an entry of derpibooru cannot be read: int, 'image'"),
    ]
    assert caplog.records[0].exc_info is not None


def test_the_memory_of_what_was_said_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "bot.sites.rows")
    rows = Rows(SITE)
    for number in range(3000):
        rows.read([{"id": str(number) + "\n" * 999}, {"id": number}], lambda _row: 1 // 0)
    assert sum(map(len, rows._reported)) < 100_000


@pytest.mark.parametrize("error", [BadResponse("derpibooru", "image", ""), RecursionError()])
async def test_a_page_that_is_mostly_unreadable_is_noted_whoever_is_to_blame(
    error: Exception,
) -> None:
    def fail(_row: object) -> Post:
        raise error

    async with Transport(MovableClock()) as transport:
        asker = Asker(SITE, transport)
        assert asker.rows([{}], fail) == ([], 1)
        assert transport.standing(SITE).circuit.degraded
