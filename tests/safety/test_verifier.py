"""Nothing is shown that the rules keep out (reference: safety, 1, 2 and 3.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from bot.posts.model import Post
from bot.posts.rating import Rating, fold
from bot.posts.tags import RATINGS
from bot.safety import SAFE, Policy, Refusal, VerifiedPost, verify

from .conftest import HandClock, MakePost

LARGE = "https://derpicdn.net/img/2026/11/22/7/large.png"
RATING = "safety 3.5 rating"

# (tags, the rule that keeps them out)
HOSTILE_TAGS: list[tuple[tuple[str, ...], str]] = [
    ((), RATING),
    (("pony",), RATING),
    (("Safe",), RATING),
    (("SAFE",), RATING),
    (("safe ",), RATING),
    ((" safe",), RATING),
    (("sa\u200bfe",), RATING),
    (("\u0455afe",), RATING),
    (("\uff53\uff41\uff46\uff45",), RATING),
    (("safe\n",), RATING),
    (("safety",), RATING),
    (("rating:safe",), RATING),
    (("suggestive",), RATING),
    (("questionable",), RATING),
    (("explicit",), RATING),
    (("semi-grimdark",), RATING),
    (("safe", "suggestive"), RATING),
    (("safe", "questionable"), RATING),
    (("safe", "explicit"), RATING),
    (("explicit", "safe"), RATING),
    (("safe", "semi-grimdark"), RATING),
    (("safe", "semi grimdark"), RATING),
    (("safe", "semi_grimdark"), RATING),
    (("safe", "Explicit"), RATING),
    (("safe", "expli\u200bcit"), RATING),
    (("safe", "\u0435xplicit"), RATING),
    (("safe", "e\u0301xplicit"), RATING),
    (("safe", "ex-plicit"), RATING),
    (("safe", "\uff51\uff55\uff45\uff53\uff54\uff49\uff4f\uff4e\uff41\uff42\uff4c\uff45"), RATING),
    (("safe", "suggestive\u202e"), RATING),
    (("safe", "grimdark"), "D2"),
    (("safe", "grim dark"), "D2"),
    (("safe", "grotesque"), "D2"),
    (("safe", "gr\u043etesque"), "D2"),
    (("safe", "gore"), "D2"),
    (("safe", "Gore"), "D2"),
    (("safe", "go\u200bre"), "D2"),
    (("safe", "foalcon"), "D3"),
    (("safe", "f\u043ealcon"), "D3"),
    (("safe", "foal-con"), "D3"),
    (("safe", "lolicon"), "D3"),
    (("safe", "shotacon"), "D3"),
    (("explicit", "foalcon"), "D3"),
    (("explicit", "cub"), "D3"),
    (("suggestive", "cub"), "D3"),
    (("cub",), "D3"),
    (("safe", "suggestive", "cub"), "D3"),
    (("grimdark", "torture"), "D3"),
    (("safe", "grimdark", "animal abuse"), "D3"),
    (("safe", "grimdark", "animal_abuse"), "D3"),
    (("gore", "grotesque"), "D3"),
]


@pytest.mark.parametrize(("tags", "rule"), HOSTILE_TAGS)
def test_safe_keeps_out_these_tags(make_post: MakePost, tags: tuple[str, ...], rule: str) -> None:
    """Rules D1, D2, D3 and safety 3.5."""
    result = verify(make_post(tags=tags), SAFE)
    assert isinstance(result, Refusal)
    assert result.rule == rule
    assert result.reason


# (changed fields, the rule that keeps them out)
HOSTILE_FIELDS: list[tuple[dict[str, object], str]] = [
    ({"hidden_from_users": True}, "safety 3.5 hidden"),
    ({"hidden_from_users": None}, "safety 3.5 hidden"),
    ({"hidden_from_users": UNSET}, "safety 3.5 hidden"),
    ({"hidden_from_users": 0}, "safety 3.5 hidden"),
    ({"duplicate_of": 3}, "safety 3.5 merged"),
    ({"duplicate_of": 0}, "safety 3.5 merged"),
    ({"deletion_reason": "Rule #0"}, "safety 3.5 deleted"),
    ({"approved": False}, "L14"),
    ({"approved": None}, "L14"),
    ({"approved": "yes"}, "L14"),
    ({"site": "ponyapi", "thumbnails_generated": UNSET, "approved": False}, "L14"),
    ({"thumbnails_generated": False}, "L12"),
    ({"thumbnails_generated": None}, "L12"),
    ({"thumbnails_generated": UNSET}, "L12"),
    ({"media_type": "paste"}, "safety 3.5 media type"),
    ({"format": "exe"}, "safety 3.5 media type"),
    ({"format": "webm"}, "safety 3.5 media type"),
    ({"mime_type": "text/html"}, "safety 3.5 media type"),
    ({"format": None, "mime_type": None}, "safety 3.5 media type"),
    ({"representations": {}}, "safety 4"),
    ({"representations": {"large": "http://derpicdn.net/x.png"}}, "safety 4"),
    ({"representations": {"large": "/img/x.png"}}, "safety 4"),
    ({"representations": {"large": "https://derpicdn.net/x.exe"}}, "safety 4"),
    ({"representations": {"large": "https://derpicdn.net:8443/x.png"}}, "safety 4"),
    ({"representations": {"large": "https://derpicdn.net@evil.example/x.png"}}, "safety 4"),
    ({"representations": {"large": "https://evil.example/x.png"}}, "safety 3.5 media host"),
    ({"representations": {"large": "https://x.derpicdn.net/x.png"}}, "safety 3.5 media host"),
    (
        {"representations": {"large": "https://derpicdn.net.evil.example/x"}},
        "safety 3.5 media host",
    ),
    ({"representations": {"large": "https://derpicdn.net?.evil.example"}}, ""),
    ({"representations": {"large": "https://d\u0435rpicdn.net/x.png"}}, "safety 3.5 media host"),
    ({"media_hosts": frozenset()}, "safety 3.5 media host"),
    ({"page_url": "http://derpibooru.org/images/7"}, "L4"),
    ({"page_url": "https://derpibooru.org/\n"}, "L4"),
    ({"page_url": ""}, "L4"),
    ({"id": -7}, "safety 5"),
    ({"id": True}, "safety 5"),
    ({"id": "7"}, "safety 5"),
    ({"id": 2**53 + 1}, "safety 5"),
    ({"tags": ["safe"]}, "safety 5"),
    ({"tags": "safe"}, "safety 5"),
    ({"tags": ("safe", 7)}, "safety 5"),
    ({"tags": ("safe", None)}, "safety 5"),
    ({"sources": "https://a.example"}, "safety 5"),
    ({"sources": (None,)}, "safety 5"),
    ({"representations": {"large": None}}, "safety 5"),
    ({"representations": {"large": 7}}, "safety 5"),
    ({"page_url": None}, "safety 5"),
    ({"media_hosts": "derpicdn.net"}, "safety 5"),
]


@pytest.mark.parametrize(("changes", "rule"), HOSTILE_FIELDS)
def test_a_post_that_is_not_clearly_in_order_is_refused(
    make_post: MakePost, changes: dict[str, object], rule: str
) -> None:
    """Rules L4, L12, L14 and safety 3.5, 4, 5."""
    result = verify(make_post(**changes), SAFE)
    if not rule:
        assert isinstance(result, VerifiedPost)
        return
    assert isinstance(result, Refusal)
    assert result.rule == rule
    assert result.reason


def test_every_address_that_is_rendered_is_on_the_sites_hosts(make_post: MakePost) -> None:
    """Reference: safety, 3.5: the video's link too."""
    gif = {"format": "gif", "mime_type": "image/gif", "animated": True}
    listed = {"full": "https://derpicdn.net/x.gif", "mp4": "https://evil.example/x.mp4"}
    result = verify(make_post(**gif, representations=listed), SAFE)
    assert isinstance(result, Refusal)
    assert result.rule == "safety 3.5 media host"


def test_a_safe_post_is_verified_with_all_that_a_renderer_needs(
    make_post: MakePost, clock: HandClock
) -> None:
    post = make_post(sources=("http://a.example/x",))
    verified = verify(post, SAFE, clock=clock)
    assert isinstance(verified, VerifiedPost)
    assert verified.post is post
    assert verified.media.url == LARGE
    assert [artist.name for artist in verified.credit.artists] == ["painter"]
    assert verified.credit.sources[0].url == "https://a.example/x"
    assert verified.shown_tags == ("pony", "twilight sparkle")
    assert verified.spoiler is False
    assert verified.verified_at == 1000.0
    assert verified.policy_fingerprint == SAFE.fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": ("safe", "cub")},
        {"tags": ("safe", "torture")},
        {"deletion_reason": ""},
        {"duplicate_of": UNSET, "deletion_reason": UNSET},
        {"approved": True},
        {"uploader": None, "uploader_id": None},
        {"spoilered": True},
        {"processed": False},
        {"id": 9_999_999_999},
        {
            "site": "ponyapi",
            "id": 5067491655024640,
            "thumbnails_generated": UNSET,
            "hidden_from_users": UNSET,
        },
        {"sources": None},
    ],
)
def test_a_post_in_order_is_not_refused(make_post: MakePost, changes: dict[str, object]) -> None:
    assert isinstance(verify(make_post(**changes), SAFE), VerifiedPost)


def test_the_refusal_names_no_tag(make_post: MakePost) -> None:
    """Reference: safety, 3.7."""
    for tags, _rule in HOSTILE_TAGS:
        result = verify(make_post(tags=(*tags, "zebra crossing")), SAFE)
        assert isinstance(result, Refusal)
        assert not any(
            tag.strip() and tag in result.reason for tag in ("zebra crossing", "foalcon")
        )


@pytest.mark.parametrize("hidden", ["Twilight_Sparkle", "twilight sparkle", "twilight-sparkle"])
def test_a_servers_hidden_tag_hides_the_post(make_post: MakePost, hidden: str) -> None:
    policy = Policy(hidden_tags=frozenset({hidden}))
    result = verify(make_post(), policy)
    assert isinstance(result, Refusal)
    assert result.rule == "safety 3.5 hidden tag"


def test_a_spoilered_tag_asks_for_a_spoiler(make_post: MakePost) -> None:
    """Reference: safety, 3.5."""
    result = verify(make_post(), Policy(spoilered_tags=frozenset({"pony"})))
    assert isinstance(result, VerifiedPost)
    assert result.spoiler


EVERYTHING = Policy(ratings=frozenset(Rating), graphic=True)
ADULT = Policy(ratings=frozenset(Rating))


@pytest.mark.parametrize(
    "tags",
    [
        ("explicit", "foalcon"),
        ("safe", "foalcon"),
        ("explicit", "cub"),
        ("grimdark", "torture"),
        ("explicit", "grimdark", "animal abuse"),
        ("gore", "grotesque"),
    ],
)
def test_no_policy_lifts_a_hard_block(make_post: MakePost, tags: tuple[str, ...]) -> None:
    """Rule D3."""
    result = verify(make_post(tags=tags), EVERYTHING)
    assert isinstance(result, Refusal)
    assert result.rule == "D3"


@pytest.mark.parametrize("tags", [("grimdark",), ("explicit", "grotesque"), ("safe", "gore")])
def test_violent_art_needs_the_operators_opt_in(make_post: MakePost, tags: tuple[str, ...]) -> None:
    """Rule D2."""
    refused = verify(make_post(tags=tags), ADULT)
    assert isinstance(refused, Refusal)
    assert refused.rule == "D2"
    assert isinstance(verify(make_post(tags=tags), EVERYTHING), VerifiedPost)


@pytest.mark.parametrize(
    ("tags", "passes"),
    [
        (("explicit",), True),
        (("suggestive", "semi-grimdark"), True),
        (("safe",), True),
        (("safe", "explicit"), False),
        (("expl\u0456cit",), False),
        (("questionable", "expl\u0456cit"), False),
        (("pony",), False),
    ],
)
def test_a_wider_policy_still_wants_a_rating_to_the_byte(
    make_post: MakePost, tags: tuple[str, ...], passes: bool
) -> None:
    assert isinstance(verify(make_post(tags=tags), ADULT), VerifiedPost) is passes


TAGS = st.lists(
    st.one_of(
        st.sampled_from(RATINGS),
        st.sampled_from(["pony", "cub", "gore", "foalcon", "torture", "Safe", "ex\u200bplicit"]),
        st.sampled_from(["s\u0430fe", "semi_grimdark", "GROTESQUE", "quest\u0456onable"]),
        st.text(max_size=8),
    ),
    max_size=6,
).map(tuple)


@given(TAGS)
def test_only_what_is_rated_safe_and_nothing_else_passes_safe(tags: tuple[str, ...]) -> None:
    """Rules D1 and safety 3.5."""
    result = verify(post_with(tags), SAFE)
    if isinstance(result, VerifiedPost):
        assert "safe" in tags
        assert not set(tags) & (set(RATINGS) - {"safe"})
        folded = {fold(tag) for tag in tags}
        assert not folded & {fold(rating) for rating in RATINGS if rating != "safe"}
        assert not folded & {"gore", fold("foalcon")}
    elif "safe" in tags and all(tag in {"safe", "pony", "torture"} for tag in tags):
        pytest.fail("a safe post was refused")


def post_with(tags: tuple[str, ...]) -> Post:
    return Post(
        site="derpibooru",
        id=7,
        page_url="https://derpibooru.org/images/7",
        media_hosts=frozenset({"derpicdn.net"}),
        tags=tags,
        format="png",
        thumbnails_generated=True,
        hidden_from_users=False,
        representations={"large": LARGE},
    )
