"""Templates: an admin's words with placeholders, in which nothing comes alive."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds import template
from bot.feeds.template import LONGEST, LONGEST_FILLED, PLACEHOLDERS, TemplateError, check, fill
from bot.posts.text import utf16_len
from bot.safety import SAFE, Refusal, VerifiedPost, verify
from tests.examples import examples
from tests.feeds.owed import MakePost
from tests.ui.conftest import post_like

README = (Path(__file__).parents[2] / "README.md").read_text()
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
#: What Discord would make a mention, a command, an emoji, a time or a link of.
_ALIVE = re.compile(r"(?<!\\)<(?!https://)|(?<!\\)\]\(|@(?:everyone|here)|://(?![^<>\s]*>)")


@pytest.fixture
def post(make_post: MakePost) -> VerifiedPost:
    found = verify(make_post(), SAFE)
    assert not isinstance(found, Refusal)
    return found


def test_every_placeholder_is_documented_and_filled(post: VerifiedPost) -> None:
    said = {name: fill(f"{{{name}}}", [post], ["safe, pony"]) for name in PLACEHOLDERS}

    assert said == {
        "artists": "painter",
        "count": "1",
        "feed": "safe, pony",
        "id": "7",
        "page": "<https://derpibooru.org/images/7>",
        "rating": "safe",
        "score": "10",
        "site": "Derpibooru",
        "source": "<https://art.example.org/7>",
        "tags": "pony",
    }
    for name in PLACEHOLDERS:
        assert f"| `{{{name}}}` |" in (template.__doc__ or "")
        assert f"`{{{name}}}`" in README


def test_of_several_posts_it_says_each_thing_once(make_post: MakePost) -> None:
    posts = [verify(make_post(number), SAFE) for number in (1, 2, 3)]
    verified = [one for one in posts if isinstance(one, VerifiedPost)]

    assert fill("{count} by {artists}: {id}", verified) == "3 by painter\\: 1, 2, 3"


def test_what_is_not_known_is_a_dash(make_post: MakePost) -> None:
    post = verify(make_post(sources=(), score=None, tags=("safe",)), SAFE)
    assert isinstance(post, VerifiedPost)

    assert fill("{source}{score}{tags}{feed}", [post]) == "----"


def test_a_brace_of_its_own_is_written_twice(post: VerifiedPost) -> None:
    assert fill("{{id}} {{{id}}}", [post]) == "{id} {7}"


def test_emphasis_works_and_lines_stay(post: VerifiedPost) -> None:
    assert fill("**New** _art_\n> {id}", [post]) == "**New** _art_\n> 7"


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("New {artist}!", 4, "Position 5: “artist” is no placeholder"),
        ("{}", 0, "Position 1"),
        ("{id }", 0, "no placeholder"),
        ("ab { c", 3, "Position 4: write { twice"),
        ("ab }", 3, "Position 4: write } twice"),
        ("{{id}", 4, "Position 5"),
        ("{id.__class__}", 0, "no placeholder"),
        ("x" * (LONGEST + 1), LONGEST, "at most 500 characters"),
        ("a\nb\nc\nd\ne\nf", 9, "at most 5 lines"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    post: VerifiedPost, text: str, position: int, says: str
) -> None:
    for refusing in (lambda: check(text), lambda: fill(text, [post])):
        with pytest.raises(TemplateError) as refused:
            refusing()
        assert refused.value.position == position
        assert says in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "<@1> <@&2> <#3> </a:4> <t:5> <:e:6> @everyone @here",
        "https://evil.example discord.gg/abc [a](https://evil.example)",
        "<{page}",
        "[{id}]({page})",
        "`{page}`",
    ],
)
def test_links_and_mentions_in_it_are_dead(post: VerifiedPost, text: str) -> None:
    """Reference: safety, 4."""
    assert not _ALIVE.search(fill(text, [post]))


@settings(max_examples=examples(150), deadline=None)
@given(
    words=st.lists(st.one_of(_TEXT, st.sampled_from([f"{{{one}}}" for one in PLACEHOLDERS]))),
    name=_TEXT,
    source=_TEXT,
    feed=_TEXT,
)
def test_whatever_is_written_or_filled_in_it_is_short_and_harmless(
    words: list[str], name: str, source: str, feed: str
) -> None:
    post = verify(post_like(tags=("safe", f"artist:{name}"), sources=(source,)), SAFE)
    if isinstance(post, Refusal):
        return
    try:
        filled = fill("".join(words), [post], [feed])
    except TemplateError:
        return
    assert utf16_len(filled) <= LONGEST_FILLED
    assert not _ALIVE.search(filled.replace("\\\\", ""))
