"""Posts that no query may find, by hand, and what it means that a query is bound.

Which posts are unsafe is written out here and computed from nothing in `bot.safety`.
"""

from datetime import UTC, datetime

from bot.posts.model import Post
from bot.posts.rating import Rating
from bot.query import Dialect, parse
from bot.safety import SAFE, Policy

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DIALECTS: tuple[Dialect, ...] = ("philomena", "twibooru")
ADULT = Policy(ratings=frozenset(Rating) - {Rating.GRIMDARK, Rating.GROTESQUE})
GRAPHIC = Policy(ratings=frozenset(Rating), graphic=True)

#: What a query may ask for beside the rating; every unsafe post has all of it.
_WANTED = (
    "pony", "a", "b", "c", "solo", "x", "female", "rose (flower)", "artist:painter", "oc:a:b",
    "twilight sparkle", "explicit_", "or", "and", "not safe", "a or explicit", "b)", "(b",
)  # fmt: skip

UNSAFE_FOR_ALL = (
    ("safe", "foalcon"),
    ("explicit", "foalcon"),
    ("explicit", "lolicon"),
    ("questionable", "shotacon"),
    ("explicit", "cub"),
    ("suggestive", "cub"),
    ("cub",),
    ("grimdark", "torture"),
    ("explicit", "grimdark", "animal abuse"),
    ("gore", "grotesque"),
)
UNSAFE_FOR_MANY = (
    ("grimdark",),
    ("explicit", "grotesque"),
    ("safe", "gore"),
    ("suggestive", "grimdark", "gore"),
)
UNSAFE_FOR_SAFE = (
    (),
    ("suggestive",),
    ("questionable",),
    ("explicit",),
    ("semi-grimdark",),
    ("safe", "suggestive"),
    ("safe", "questionable"),
    ("safe", "explicit"),
    ("safe", "semi-grimdark"),
    ("explicit", "semi-grimdark"),
)


def _posts(ratings: tuple[tuple[str, ...], ...], start: int) -> tuple[Post, ...]:
    return tuple(
        Post(
            site="derpibooru", id=start + number, page_url=f"https://derpibooru.org/images/{number}",
            media_hosts=frozenset({"derpicdn.net"}), tags=(*tags, *extra), score=score,
            faves=score, upvotes=score, downvotes=0, width=800, height=600, aspect_ratio=1.33,
            wilson_score=0.9, comment_count=0, tag_count=20, created_at=NOW, updated_at=NOW,
            first_seen_at=NOW, uploader="somebody", uploader_id=1, animated=False, size=1_000,
            sources=("https://a.example/x",), description="", mime_type="image/png", format="png",
            name="x.png", thumbnails_generated=True, processed=True, hidden_from_users=False,
            duplicate_of=None, deletion_reason=None,
            representations={"large": "https://derpicdn.net/img/2026/11/22/7/large.png"},
        )
        for number, tags in enumerate(ratings)
        for extra, score in ((_WANTED, 500), ((), 0))[: 2 - bool(tags)]
    )  # fmt: skip


#: What no query may find under each policy.
UNSAFE: dict[Policy, tuple[Post, ...]] = {
    SAFE: (
        *_posts(UNSAFE_FOR_ALL, 1), *_posts(UNSAFE_FOR_MANY, 101), *_posts(UNSAFE_FOR_SAFE, 201),
    ),
    ADULT: (*_posts(UNSAFE_FOR_ALL, 1), *_posts(UNSAFE_FOR_MANY, 101)),
    GRAPHIC: _posts(UNSAFE_FOR_ALL, 1),
}  # fmt: skip
SAFE_POST = _posts((("safe",),), 301)[0]


def assert_finds_nothing_unsafe(sent: str, policy: Policy) -> None:
    """Check that no unsafe post is found by what is sent, whichever dialect reads it."""
    for dialect in DIALECTS:
        query = parse(sent, dialect)
        for post in UNSAFE[policy]:
            assert query.evaluate(post, now=NOW) is False, (sent, dialect, post.tags[:3])


def assert_wrapped(sent: str, alone: str) -> None:
    """Check by counting characters, with no parser of ours, that nothing leaves its brackets."""
    assert not set(sent) & set('"\\^~\n\r\t')
    if sent == alone:
        return
    assert sent.startswith(alone + ", ("), sent
    depth = parts = 0
    rest = sent[len(alone) + 2 :]
    for at, character in enumerate(rest):
        parts += depth == 0 and character == "("
        depth += (character == "(") - (character == ")")
        assert depth >= 0, sent
        if depth == 0:
            # Outside of all brackets there is nothing but the comma between two groups.
            assert character == ")" or rest[at - 1 : at + 1] in {"),", ", "}, sent
    assert depth == 0, sent
    # The brackets and commas between the parts are nobody's words.
    assert len(rest) - 2 * parts - 2 * (parts - 1) <= 500
