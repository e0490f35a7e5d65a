"""Philomena's routes (seeds S1, S3; those that no document lists: reference: boards, 1.1)."""

from .routes import Route, route

_API = "/api/v1/json"
_PAGE = "page per_page"

COMMENT = route(f"GET {_API}/comments/:comment_id", "comment")
IMAGE = route(f"GET {_API}/images/:image_id", "image", "key filter_id")
UPLOAD = route(f"POST {_API}/images", "upload", "key", reads=False)
FEATURED = route(f"GET {_API}/images/featured", "featured", "key filter_id")
TAG = route(f"GET {_API}/tags/:tag_id", "tag_by_slug")
POST = route(f"GET {_API}/posts/:post_id", "forum_post")
PROFILE = route(f"GET {_API}/profiles/:user_id", "profile")
FILTER = route(f"GET {_API}/filters/:filter_id", "filter", "key")
SYSTEM_FILTERS = route(f"GET {_API}/filters/system", "system_filters", _PAGE)
USER_FILTERS = route(f"GET {_API}/filters/user", "user_filters", f"key {_PAGE}")
OEMBED = route(f"GET {_API}/oembed", "oembed", "url")
SEARCH_COMMENTS = route(f"GET {_API}/search/comments", "search_comments", f"key q {_PAGE}")
SEARCH_GALLERIES = route(f"GET {_API}/search/galleries", "search_galleries", f"key q {_PAGE}")
SEARCH_POSTS = route(f"GET {_API}/search/posts", "search_posts", f"key q {_PAGE}")
SEARCH_IMAGES = route(f"GET {_API}/search/images", "search", f"key filter_id q sf sd {_PAGE}")
SEARCH_TAGS = route(f"GET {_API}/search/tags", "search_tags", f"q {_PAGE}")
REVERSE = route(f"POST {_API}/search/reverse", "reverse", "key url distance limit")
FORUMS = route(f"GET {_API}/forums", "forums")
FORUM = route(f"GET {_API}/forums/:short_name", "forum")
TOPICS = route(f"GET {_API}/forums/:short_name/topics", "topics", _PAGE)
TOPIC = route(f"GET {_API}/forums/:short_name/topics/:topic_slug", "topic")
TOPIC_POSTS = route(f"GET {_API}/forums/:short_name/topics/:topic_slug/posts", "topic_posts", _PAGE)
TOPIC_POST = route(f"GET {_API}/forums/:short_name/topics/:topic_slug/posts/:post_id", "topic_post")

SEARCH_FILTERS = route(
    f"GET {_API}/search/filters", "search_filters", f"key q {_PAGE}", documented=False
)
COMPLETE = route("GET /autocomplete/tags", "complete_tags", "vsn term limit", documented=False)
FETCH_TAGS = route("GET /fetch/tags", "tags_by_ids", "ids[]", documented=False)

ROUTES: tuple[Route, ...] = (
    COMMENT, IMAGE, UPLOAD, FEATURED, TAG, POST, PROFILE, FILTER, SYSTEM_FILTERS, USER_FILTERS,
    OEMBED, SEARCH_COMMENTS, SEARCH_GALLERIES, SEARCH_POSTS, SEARCH_IMAGES, SEARCH_TAGS, REVERSE,
    FORUMS, FORUM, TOPICS, TOPIC, TOPIC_POSTS, TOPIC_POST, SEARCH_FILTERS, COMPLETE, FETCH_TAGS,
)  # fmt: skip
