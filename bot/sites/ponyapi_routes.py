"""The routes of the Safe Pony API (seed S2)."""

from .routes import Route, route

_API = "/api/v1"

RANDOM = route(f"GET {_API}/pony/random", "random", "q no_stem")
PONY = route(f"GET {_API}/pony/id/<id>", "pony")
TAGS = route(f"GET {_API}/tags", "tags")
TAG = route(f"GET {_API}/tag/<name>", "tag")

ROUTES: tuple[Route, ...] = (RANDOM, PONY, TAGS, TAG)
