"""Every route of the Safe Pony API, against the simulated one (seed S2)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.sites import NotFound, PonyApi
from bot.sites.ponyapi_routes import ROUTES
from bot.sites.routes import Route
from tests.sites.simulated import asked, clients, world


def _known() -> int:
    return next(iter(world().posts("ponyapi")))


CALLS: dict[str, Callable[[PonyApi], Awaitable[Any]]] = {
    "random": lambda api: api.random(["pony"], no_stem=True),
    "pony": lambda api: api.pony(_known()),
    "tags": lambda api: api.tags(),
    "tag": lambda api: api.tag("pony"),
}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_is_asked_for_as_documented(route: Route) -> None:
    async with clients() as (sites, simulated):
        assert await CALLS[route.call](sites.ponyapi)
        assert asked(simulated.requests["ponyapi"], route)


async def test_what_is_not_there_is_the_apis_own_answer() -> None:
    async with clients() as (sites, _simulated):
        with pytest.raises(NotFound):
            await sites.ponyapi.random(["no such tag at all"])
        with pytest.raises(NotFound):
            await sites.ponyapi.tag("no such tag at all")
