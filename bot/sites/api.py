"""Which routes each family of sites has, and the client that asks for them."""

from bot.catalogue import Family

from . import philomena_routes, ponyaggregate_routes, ponyapi_routes, twibooru_routes
from .philomena import PhilomenaBoard
from .ponyaggregate import PonyAggregate
from .ponyapi import PonyApi
from .routes import Route
from .twibooru import TwibooruBoard

ROUTES: dict[Family, tuple[Route, ...]] = {
    "philomena": philomena_routes.ROUTES,
    "twibooru": twibooru_routes.ROUTES,
    "ponyapi": ponyapi_routes.ROUTES,
    "ponyaggregate": ponyaggregate_routes.ROUTES,
}

CLIENTS: dict[Family, type[PhilomenaBoard | TwibooruBoard | PonyApi | PonyAggregate]] = {
    "philomena": PhilomenaBoard,
    "twibooru": TwibooruBoard,
    "ponyapi": PonyApi,
    "ponyaggregate": PonyAggregate,
}
