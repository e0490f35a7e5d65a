"""Random trees and posts for the properties of the search language."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from msgspec import UNSET

from bot.posts.model import Post
from bot.query.tree import (
    EVERYTHING,
    NOTHING,
    TAGS,
    And,
    Flag,
    Fuzzy,
    Instant,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

NAMES = ("safe", "pony", "solo", "rarity", "rainbow dash", "rose (flower)", "oc:k_a", "a, b",
         "sci-twi", "-x", ":(", 'the "b"', "score:5", "wings", "or", "2~1", "x^2")  # fmt: skip
PATTERNS = ("r*", "*ow*", "?c*", "s?fe", "*y", "rain*dash", "*", "oc:*_*", "?", "*a*i*")

_instants = st.one_of(
    st.integers(0, 2**31).map(Instant),
    st.builds(Instant, st.integers(0, 10**7), st.just(0), st.just(True)),
)
_numbers = st.integers(-20, 20)
leaves: st.SearchStrategy[Leaf] = st.one_of(
    st.builds(Term, st.just(TAGS), st.sampled_from(NAMES)),
    st.builds(Wild, st.just(TAGS), st.sampled_from(PATTERNS)),
    st.builds(Fuzzy, st.just(TAGS), st.sampled_from(NAMES), st.integers(0, 2)),
    st.builds(Term, st.sampled_from(("uploader", "source_url")), st.sampled_from(("a", "b"))),
    st.builds(Wild, st.just("uploader"), st.sampled_from(PATTERNS)),
    st.builds(Term, st.just("faved_by"), st.sampled_from(("a", "b"))),
    st.builds(Phrase, st.just("description"), st.just("word")),
    st.builds(Flag, st.just("animated"), st.booleans()),
    st.builds(Special, st.sampled_from(("gallery_id", "filter_id")), st.just("7")),
    st.builds(
        Range, st.sampled_from(("score", "faves", "aspect_ratio", "rating_tag_count")), _numbers,
        st.none(), st.booleans(),
    ),
    st.builds(Range, st.sampled_from(("score", "faves")), st.none(), _numbers),
    st.builds(lambda low, size: Range("score", low, low + size), _numbers, st.integers(0, 9)),
    st.builds(Span, st.just("created_at"), _instants, st.none(), st.booleans()),
    st.builds(Span, st.just("created_at"), st.none(), _instants),
)  # fmt: skip


def _several(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    rows = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(rows.map(And), rows.map(Or), children.map(Not))


trees: st.SearchStrategy[Node] = st.recursive(
    st.one_of(leaves, leaves, leaves, st.just(EVERYTHING), st.just(NOTHING)), _several,
    max_leaves=12,
)  # fmt: skip

posts: st.SearchStrategy[Post] = st.builds(
    Post,
    site=st.just("derpibooru"),
    id=st.integers(1, 30),
    page_url=st.just("https://derpibooru.org/images/1"),
    media_hosts=st.just(frozenset()),
    tags=st.lists(st.sampled_from(NAMES), unique=True, max_size=8).map(tuple),
    tag_ids=st.one_of(st.just(UNSET), st.just((1, 2))),
    score=st.one_of(st.just(UNSET), st.none(), _numbers),
    faves=st.one_of(st.just(UNSET), _numbers),
    aspect_ratio=st.one_of(st.just(UNSET), st.floats(-3, 3)),
    animated=st.one_of(st.just(UNSET), st.booleans()),
    uploader=st.one_of(st.just(UNSET), st.none(), st.sampled_from(("A", "b", "rarity"))),
    sources=st.one_of(st.just(UNSET), st.just(("a", "b")), st.just(())),
    description=st.one_of(st.just(UNSET), st.none(), st.sampled_from(("", "word"))),
    created_at=st.one_of(
        st.just(UNSET), st.integers(0, 10**7).map(lambda ago: NOW - timedelta(seconds=ago))
    ),
)
