"""The embed of a post: the credit whole, Discord's limits kept, whatever the site says."""

from contextlib import suppress

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from bot.safety import SAFE, Policy, Refusal, verify
from bot.ui.answers import NotShownError
from bot.ui.embeds import plain_post, post_embed
from tests.discord_limits import message_problems, units
from tests.ui.conftest import MakeVerified, post_like

_NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
_ROLE = st.sampled_from(["artist", "editor", "photographer", "colorist"])
_NUMBER = st.integers(-(2**31), 2**31)


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(st.tuples(_ROLE, _NAME), max_size=30),
    tags=st.lists(_NAME, max_size=30),
    sources=st.lists(st.one_of(_NAME, _NAME.map("https://a.example/{}".format)), max_size=12),
    numbers=st.tuples(_NUMBER, _NUMBER, _NUMBER),
    heading=st.text(max_size=600),
)
def test_any_post_keeps_discords_limits(
    people: list[tuple[str, str]],
    tags: list[str],
    sources: list[str],
    numbers: tuple[int, int, int],
    heading: str,
) -> None:
    """Reference: safety, 4."""
    score, faves, comments = numbers
    named = [f"{role}:{name}" for role, name in people]
    post = verify(
        post_like(
            tags=("safe", *named, *tags),
            sources=tuple(sources),
            score=score,
            faves=faves,
            comment_count=comments,
        ),
        SAFE,
    )
    if isinstance(post, Refusal):
        reject()  # A tag that reads as another rating, for one.
    try:
        embed = post_embed(post, heading=heading, position=1, total=2)
    except NotShownError:
        reject()  # More artists than fit.
    assert message_problems({"embeds": [embed.to_dict()]}) == []
    with suppress(NotShownError):
        assert message_problems({"content": plain_post(post)}) == []


@given(count=st.integers(1, 60), length=st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_every_artist_is_named(make_verified: MakeVerified, count: int, length: int) -> None:
    """Rules L1 and L2."""
    names = [f"{number:03}{'x' * length}" for number in range(count)]
    post = make_verified(
        tags=("safe", *(f"artist:{name}" for name in names)),
        sources=tuple(f"https://a.example/{'y' * 300}{number}" for number in range(20)),
    )
    description = post_embed(post).description or ""

    assert all(f"**{name}**" in description for name in names)
    assert "https://a.example/" in description
    assert units(description) <= 4096


def test_sources_that_do_not_fit_are_counted(make_verified: MakeVerified) -> None:
    """Rule L2."""
    sources = tuple(f"https://a.example/{'y' * 400}{number}" for number in range(20))
    description = post_embed(make_verified(sources=sources)).description or ""

    shown = description.count("](https://a.example/")
    assert 1 <= shown < 20
    assert f"(+{20 - shown} on the page)" in description


def test_a_post_with_more_artists_than_fit_is_not_shown(make_verified: MakeVerified) -> None:
    """Rule L2: never cut, so not shown."""
    names = tuple(f"artist:{number:03}{'x' * 200}" for number in range(40))

    with pytest.raises(NotShownError, match="artists"):
        post_embed(make_verified(tags=("safe", *names)))


def test_the_picture_of_a_post_to_be_spoilered_is_never_in_an_embed(
    make_verified: MakeVerified,
) -> None:
    """Reference: safety, 3.5: an embed's picture cannot be hidden; its credit stays."""
    embed = post_embed(make_verified(Policy(spoilered_tags=frozenset({"pony"}))))

    assert embed.image.url is None
    assert embed.thumbnail.url is None
    assert "derpicdn.net" not in str(embed.to_dict())
    assert "**painter**" in (embed.description or "")
    assert "Reveal" in (embed.description or "")


def test_what_the_site_does_not_say_is_left_out(make_verified: MakeVerified) -> None:
    """Reference: boards, 4a: a missing value is unknown, not zero."""
    assert [field.name for field in post_embed(make_verified()).fields] == ["Tags"]


def test_the_uploader_is_not_credited(make_verified: MakeVerified) -> None:
    """Rule L1."""
    embed = post_embed(make_verified(tags=("safe", "pony"), uploader="uploading person"))

    assert "uploading person" not in str(embed.to_dict())
    assert "No artist is given" in (embed.description or "")


def test_markup_in_names_and_sources_is_dead(make_verified: MakeVerified) -> None:
    """Reference: safety, 4."""
    embed = post_embed(
        make_verified(
            tags=("safe", "artist:[free](https://evil.example) @everyone <#1>"),
            sources=("javascript:alert(1)", "not a link <@1>"),
        )
    )
    description = embed.description or ""

    assert "](https://evil.example)" not in description.replace("\\", "\0")
    assert "@everyone" not in description
    assert "<@1>" not in description
    assert "<#1>" not in description
