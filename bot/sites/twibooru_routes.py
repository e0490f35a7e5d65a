"""Twibooru's routes, API version 3 (seed S4)."""

from .routes import Route, route

_API = "/api/v3"

POST = route(f"GET {_API}/posts/:post_id", "post_by_id", "key filter_id")
FEATURED = route(f"GET {_API}/posts/featured", "featured")
COMMENTS = route(f"GET {_API}/posts/:post_id/comments", "comments")
SEARCH_POSTS = route(f"GET {_API}/search/posts", "search", "key filter_id page per_page q sd sf")
SEARCH_TAGS = route(f"GET {_API}/search/tags", "search_tags", "page per_page q")
OEMBED = route("GET /oembed.json", "oembed", "url maxwidth maxheight")
#: The older way that the document still describes, with the older name of `per_page`.
WATCHED = route("GET /posts/watched.json", "watched", "key page perpage")

ROUTES: tuple[Route, ...] = (
    POST, FEATURED, COMMENTS, SEARCH_POSTS, SEARCH_TAGS, OEMBED, WATCHED,
)  # fmt: skip
