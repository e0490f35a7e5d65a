"""A list is read back to where it is known, however it behaves (F39)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs

from bot.catalogue import CATALOGUE
from bot.demo.sites import philomena_bodies as bodies
from bot.demo.world import World
from bot.feeds import pace
from bot.feeds.listing import read_back
from bot.feeds.new_posts import broadest
from bot.posts.model import Post
from bot.safety import canonical
from bot.sites import PhilomenaBoard, Transport
from tests.clock import MovableClock

MOST = 50


class Site:
    """A board with a post for each hour, the newest first, that may list them in odd ways."""

    before: Callable[[int], None]
    """Done before a page is answered."""
    shown: Callable[[int], int]
    """Which page is answered with for one that is asked for."""

    def __init__(self, clock: MovableClock, count: int) -> None:
        world = World()
        one = next(iter(world.posts("derpibooru").values()))
        now = clock.now()
        self.now = now
        self.posts = [
            replace(one, id=count - hours, first_seen_at=now - timedelta(hours=hours))
            for hours in range(count)
        ]
        self.asked: list[int] = []
        self.before = lambda _page: None
        self.shown = lambda page: page
        self.unreadable: Callable[[int], bool] = lambda _page: False
        self._world = world

    async def answer(self, request: web.Request) -> web.Response:
        page = int(request.query["page"])
        self.asked.append(page)
        self.before(page)
        start = (self.shown(page) - 1) * MOST
        listed = self.posts[start : start + MOST]
        images: list[object] = [bodies.image(post, self._world, None) for post in listed]
        if self.unreadable(page):
            images = [{"number": post.id} for post in listed]
        return web.json_response(
            {"images": images, "total": len(self.posts), "interactions": []},
            dumps=lambda value: json.encode(value).decode(),
        )

    async def back(self, hours: float, most_pages: int = 10) -> list[int]:
        """Read back so far, and return the ids."""
        runner = web.AppRunner(app := web.Application(), shutdown_timeout=0.1)
        app.router.add_get("/{tail:.*}", self.answer)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        row = structs.replace(CATALOGUE["derpibooru"], base_url=url)
        async with Transport(MovableClock(), allow_loopback_http=True) as transport:
            listed = await read_back(
                PhilomenaBoard(row, transport),
                "*",
                sort="newest",
                instant=first_seen,
                floor=self.now - timedelta(hours=hours),
                most_pages=most_pages,
            )
        await runner.cleanup()
        assert listed.sound is not any(map(self.unreadable, self.asked))
        return [post.id for post in listed.posts]


def first_seen(post: Post) -> datetime | None:
    return post.first_seen_at if isinstance(post.first_seen_at, datetime) else None


@pytest.fixture
def site() -> Site:
    return Site(MovableClock(), 170)


@pytest.mark.parametrize(("hours", "pages"), [(0.5, 1), (48, 1), (60, 2), (140, 3), (999, 4)])
async def test_pages_are_read_until_one_is_old_enough(site: Site, hours: float, pages: int) -> None:
    found = await site.back(hours)
    assert found == [post.id for post in site.posts[: MOST * pages]]
    assert site.asked == list(range(1, pages + 1))


async def test_no_more_pages_are_read_than_allowed(site: Site) -> None:
    assert len(await site.back(999, most_pages=2)) == 2 * MOST


async def test_a_list_that_only_repeats_itself_ends(site: Site) -> None:
    site.shown = lambda _page: 1
    assert len(await site.back(999)) == MOST
    assert site.asked == [1, 2]


async def test_a_page_that_cannot_be_read_hides_no_other(site: Site) -> None:
    """Fault F18."""
    site.unreadable = lambda page: page in (1, 2)
    assert await site.back(999) == [post.id for post in site.posts[2 * MOST :]]


async def test_a_list_in_an_unknown_form_is_not_read_to_its_end(site: Site) -> None:
    """Fault F18: each turn would else ask for as many pages as there are."""
    site.unreadable = lambda _page: True
    site.posts *= 3
    assert await site.back(9999, most_pages=60) == []
    assert site.asked == [1, 2, 3]


async def test_a_post_that_is_taken_down_meanwhile_hides_no_other(site: Site) -> None:
    everything = [post.id for post in site.posts]

    def take_down(page: int) -> None:
        if page == 2 and len(site.posts) == len(everything):
            del site.posts[3]

    site.before = take_down
    assert sorted(await site.back(999)) == sorted(everything)


async def test_posts_that_appear_meanwhile_are_no_repetition(site: Site) -> None:
    everything = [post.id for post in site.posts]

    def appear(page: int) -> None:
        if page == 2:
            site.posts.insert(0, replace(site.posts[0], id=9999))

    site.before = appear
    found = await site.back(999)
    assert sorted(found) == sorted(everything)


@given(st.lists(st.integers(0, 10**6), max_size=60), st.sampled_from(sorted(CATALOGUE)))
def test_the_pace_is_always_within_a_sites_limits(ages: list[int], name: str) -> None:
    """Rules L7, L9 and L10."""
    site = CATALOGUE[name]
    now = MovableClock().now()
    pause = pace.pause_after(site, [now - timedelta(seconds=age) for age in ages], now)
    assert pace.least_pause(site) <= pause <= pace.LONGEST
    limit = site.limits[0]
    least = pace.least_pause(site)
    a_second = (1 + 1 / pace.EDITS_AFTER + pace.searches(site) / pace.WAITING_AFTER) / least
    assert a_second <= 0.75 * limit.requests / limit.seconds


def test_a_pace_follows_the_site() -> None:
    site, now = CATALOGUE["derpibooru"], MovableClock().now()

    def pause(gap: float) -> float:
        return pace.pause_after(
            site, [now - timedelta(seconds=gap * number) for number in range(50)], now
        )

    assert pause(5) == pace.SHORTEST
    assert 50 <= pause(120) <= 60
    assert pause(7200) == pace.LONGEST
    assert pace.pause_after(site, [], now) == pace.LONGEST


@pytest.mark.parametrize(("profile", "begins"), [("safe", "safe, "), ("full", "-")])
def test_what_is_read_covers_every_policy_and_no_more(profile: str, begins: str) -> None:
    """Rules D2, D3 and D7."""
    text = canonical("", broadest(profile), "philomena")
    assert text.startswith(begins)
    assert "-foalcon" in text
    assert "-grimdark" in text
    violent = canonical("", broadest(profile, graphic=True), "philomena")
    assert ("-grimdark" in violent) is (profile == "safe")
