"""Announcements: every form of message, whole credit in each, inside Discord's limits."""

from collections.abc import Mapping
from typing import Any

import discord
import pytest
from discord.http import handle_message_parameters
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from msgspec import structs

from bot.feeds.destination import Form, Outgoing
from bot.safety import SAFE, Policy, Refusal, VerifiedPost, verify
from bot.ui.announcement import Rendered, render
from bot.ui.answers import NotShownError
from tests import discord_openapi
from tests.discord_limits import message_problems, units, walk
from tests.ui.conftest import MakeVerified, post_like

SPOILERED = Policy(spoilered_tags=frozenset({"pony"}))
#: The moving original of a video, as its site lists it.
VIDEO: dict[str, Any] = {
    "format": "webm",
    "mime_type": "video/webm",
    "representations": {
        "large": "https://derpicdn.net/img/2026/11/22/7/large.webm",
        "thumb": "https://derpicdn.net/img/2026/11/22/7/thumb.webm",
    },
}


def outgoing(*posts: VerifiedPost, **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {
        "guild_id": 1, "channel_id": 2, "marker": 77, "nonce": "abcdef-25", "posts": posts,
    }  # fmt: skip
    return Outgoing(**{**fields, **changes})


def body(rendered: Rendered) -> Mapping[str, Any]:
    """Return what the library sends, after checking it against all that Discord documents."""
    with handle_message_parameters(
        content=rendered.content,
        embeds=rendered.embeds,
        view=rendered.view,
        allowed_mentions=rendered.allowed_mentions,
        nonce="abcdef-25",
    ) as parameters:
        made: dict[str, Any] = {
            name: part for name, part in (parameters.payload or {}).items() if part is not None
        }
    assert message_problems(made) == []
    # The library sends ids as numbers here, which Discord takes as it takes texts.
    mentions = made["allowed_mentions"]
    if "roles" in mentions:
        mentions["roles"] = [str(role) for role in mentions["roles"]]
    if discord_openapi.FILE.exists():
        assert discord_openapi.request_problems("POST", "/channels/2/messages", made) == []
    return made


def words(made: Mapping[str, Any]) -> str:
    """Return all that a reader reads."""
    texts = [made.get("content") or ""]
    for embed in made.get("embeds") or []:
        texts += [embed["author"]["name"], embed["title"], embed["description"]]
    texts += [part["content"] for part in walk(made["components"]) if part["type"] == 10]
    return "\n".join(texts)


def pictures(made: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return the pictures of a message, and whether each lies behind a spoiler."""
    found = [(e["image"]["url"], False) for e in made.get("embeds") or [] if "image" in e]
    for part in walk(made["components"]):
        if part["type"] == 12:
            found += [(item["media"]["url"], item["spoiler"]) for item in part["items"]]
    return found


def custom_ids(made: Mapping[str, Any]) -> list[str]:
    return [part["custom_id"] for part in walk(made["components"]) if "custom_id" in part]


def made_by(make_verified: MakeVerified, count: int, **changes: Any) -> list[VerifiedPost]:
    return [
        make_verified(
            id=number,
            page_url=f"https://derpibooru.org/images/{number}",
            tags=("safe", f"artist:painter {number}", "pony"),
            **changes,
        )
        for number in range(1, count + 1)
    ]


def test_one_post_is_an_embed_with_its_credit(make_verified: MakeVerified) -> None:
    """Rules L1, L2 and L4."""
    rendered = render(outgoing(make_verified()))
    made = body(rendered)

    assert rendered.form == "embed"
    assert "**painter**" in words(made)
    assert "https://art.example.org/7" in words(made)
    assert "https://derpibooru.org/images/7" in words(made)
    assert len(pictures(made)) == 1
    assert custom_ids(made) == ["m1:report:derpibooru:7:77", "m1:mute:derpibooru:7"]


@pytest.mark.parametrize("by", ["its verdict", "the subscription"])
def test_a_spoilered_post_is_a_gallery_without_content(
    make_verified: MakeVerified, by: str
) -> None:
    """Reference: safety, 3.5."""
    post = make_verified(SPOILERED if by == "its verdict" else SAFE)
    rendered = render(outgoing(post, spoiler=by == "the subscription", template="New!"))
    made = body(rendered)

    assert rendered.form == "gallery"
    assert rendered.content is None
    assert [hidden for _url, hidden in pictures(made)] == [True]
    assert "**painter**" in words(made)
    assert "New!" in words(made)
    assert custom_ids(made) == ["m1:report:derpibooru:7:77", "m1:mute:derpibooru:7"]


def test_a_digest_has_an_embed_for_each_post(make_verified: MakeVerified) -> None:
    rendered = render(outgoing(*made_by(make_verified, 10)))
    made = body(rendered)

    assert rendered.form == "embed"
    assert len(made["embeds"]) == 10
    for number in range(1, 11):
        assert f"**painter {number}**" in made["embeds"][number - 1]["description"]
    assert custom_ids(made) == ["m1:report:several:10:77"]


def test_a_digest_with_a_spoilered_post_is_a_gallery(make_verified: MakeVerified) -> None:
    posts = made_by(make_verified, 9)
    rendered = render(outgoing(*posts, make_verified(SPOILERED, id=10)))

    assert rendered.form == "gallery"
    assert [hidden for _url, hidden in pictures(body(rendered))] == [False] * 9 + [True]


def test_what_was_a_gallery_stays_one_and_what_was_text_stays_text(
    make_verified: MakeVerified,
) -> None:
    """Reference: safety, 3.5: a message cannot change back."""
    message = outgoing(make_verified())
    forms: dict[Form, Form] = {"gallery": "gallery", "text": "text", "embed": "embed"}

    for was, form in forms.items():
        rendered = render(message, was)
        body(rendered)
        assert rendered.form == form
    assert render(structs.replace(message, minimal=True), "gallery").form == "gallery"


def test_what_was_an_embed_becomes_a_gallery_when_it_is_to_be_spoilered(
    make_verified: MakeVerified,
) -> None:
    rendered = render(outgoing(make_verified(SPOILERED)), "embed")

    assert rendered.form == "gallery"
    assert rendered.embeds == ()
    body(rendered)


def test_a_video_has_a_still_and_a_link(make_verified: MakeVerified) -> None:
    post = make_verified(**VIDEO)
    for spoiler in (False, True):
        made = body(render(outgoing(post, post, spoiler=spoiler)))
        assert {(url[-4:], hidden) for url, hidden in pictures(made)} == {(".gif", spoiler)}
        assert "Play the video" in words(made)


@pytest.mark.parametrize("spoiler", [False, True])
def test_long_sources_yield_and_artists_do_not(
    make_verified: MakeVerified, *, spoiler: bool
) -> None:
    """Rules L1 and L2."""
    sources = tuple(f"https://art.example.org/{'y' * 300}{number}" for number in range(20))
    posts = made_by(make_verified, 10, sources=sources)
    made = body(render(outgoing(*posts, spoiler=spoiler)))

    for number in range(1, 11):
        assert f"**painter {number}**" in words(made)
    assert words(made).count("Source:") == 10
    assert "on the page)" in words(made)


@pytest.mark.parametrize("kind", [{}, {"spoiler": True}, {"minimal": True}])
def test_a_digest_too_long_for_one_message_is_refused_and_fits_when_split(
    make_verified: MakeVerified, kind: Mapping[str, bool]
) -> None:
    """Rule L2: artists are never cut."""
    names = tuple(f"artist:{'x' * 30} {number}" for number in range(15))
    posts = [make_verified(id=number, tags=("safe", *names)) for number in range(1, 11)]

    with pytest.raises(NotShownError, match="more artists"):
        render(outgoing(*posts, more=5, **kind))
    made = body(render(outgoing(*posts[:2], more=5, **kind)))
    assert words(made).count("x 14**") == 2


def test_a_post_with_many_artists_takes_room_that_others_do_not_need(
    make_verified: MakeVerified,
) -> None:
    names = tuple(f"artist:{'x' * 30} {number}" for number in range(30))
    posts = [*made_by(make_verified, 5), make_verified(id=9, tags=("safe", *names))]

    for spoiler in (False, True):
        made = body(render(outgoing(*posts, spoiler=spoiler)))
        assert "x 29**" in words(made)
        assert "**painter 5**" in words(made)


def test_a_post_whose_credit_fits_in_no_message_is_not_shown(make_verified: MakeVerified) -> None:
    """Rule L2."""
    names = tuple(f"artist:{'x' * 60} {number}" for number in range(90))

    for kind in ({}, {"spoiler": True}, {"minimal": True}):
        with pytest.raises(NotShownError):
            render(outgoing(make_verified(tags=("safe", *names)), **kind))


def test_the_minimal_form_is_text_with_the_whole_credit_and_shows_no_picture(
    make_verified: MakeVerified,
) -> None:
    """Reference: safety, 4; fault F41."""
    rendered = render(outgoing(*made_by(make_verified, 3), minimal=True, template="{page}"))
    made = body(rendered)

    assert rendered.form == "text"
    assert pictures(made) == []
    for number in range(1, 4):
        assert f"**painter {number}**" in words(made)
        # In angle brackets an address shows no preview of what is behind it.
        assert f"<https://derpibooru.org/images/{number}>" in words(made)
    assert custom_ids(made) == ["m1:report:several:3:77"]


def test_a_message_may_only_say_how_many_more_there_are(make_verified: MakeVerified) -> None:
    """Fault F38; it carries the marker like every other."""
    links = (("Derpibooru", "https://derpibooru.org/search?q=(a)"), ("bad", "javascript:1"))
    rendered = render(outgoing(more=475, more_links=links))
    made = body(rendered)

    assert rendered.form == "text"
    assert words(made) == (
        "475 more posts: [Derpibooru](<https://derpibooru.org/search?q=%28a%29>)"
    )
    assert custom_ids(made) == ["m1:report:several:0:77"]
    assert "…and 3 more" in words(body(render(outgoing(make_verified(), more=3))))


def test_the_one_role_is_mentioned_and_nobody_else(make_verified: MakeVerified) -> None:
    """Reference: safety, 4."""
    names = ("artist:@everyone", "artist:<@&99>")
    for spoiler in (False, True):
        made = body(
            render(
                outgoing(
                    make_verified(tags=("safe", *names)),
                    role_id=42,
                    spoiler=spoiler,
                    template="@everyone <@&99> <@1>",
                    matched=("<@&99>", "@here"),
                )
            )
        )
        assert made["allowed_mentions"] == {"parse": [], "roles": ["42"]}
        assert words(made).count("<@") == 1
        assert "<@&42>" in words(made)
        assert "@everyone" not in words(made)
        assert "@here" not in words(made)

    nobody = body(render(outgoing(make_verified())))
    assert nobody["allowed_mentions"] == {"parse": []}


def test_subscriptions_are_named_where_several_match(make_verified: MakeVerified) -> None:
    one = words(body(render(outgoing(make_verified(), matched=("safe, pony",)))))
    two = words(body(render(outgoing(make_verified(), matched=("safe, pony", "a](b")))))

    assert "Matched" not in one
    assert "-# Matched: safe, pony · a\\]\\(b" in two


def test_a_template_stands_above_the_credit_and_takes_nothing_from_it(
    make_verified: MakeVerified,
) -> None:
    message = outgoing(make_verified(), template="**New** by {artists}: ||```{{id {id}")
    made = body(render(message))

    assert made["content"].startswith("**New** by painter\\: ||")
    assert "**painter**" in made["embeds"][0]["description"]


def test_a_template_that_cannot_be_read_any_more_is_left_out(make_verified: MakeVerified) -> None:
    made = body(render(outgoing(make_verified(), template="{nothing}")))

    assert "content" not in made


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(st.lists(_TEXT, max_size=6), min_size=1, max_size=10),
    sources=st.lists(st.one_of(_TEXT, _TEXT.map("https://a.example/{}".format)), max_size=6),
    matched=st.lists(_TEXT, max_size=12),
    template=_TEXT.map(lambda text: text.replace("{", "{{").replace("}", "}}") + "{artists}"),
    links=st.lists(st.tuples(_TEXT, _TEXT.map("https://b.example/{}".format)), max_size=4),
    kind=st.sampled_from([{}, {"spoiler": True}, {"minimal": True}]),
    was=st.sampled_from([None, "embed", "gallery", "text"]),
)
def test_whatever_comes_keeps_discords_limits(
    people: list[list[str]],
    sources: list[str],
    matched: list[str],
    template: str,
    links: list[tuple[str, str]],
    kind: Mapping[str, bool],
    was: Form | None,
) -> None:
    """Reference: safety, 4."""
    judged = [
        verify(
            post_like(tags=("safe", *(f"artist:{name}" for name in names)), sources=tuple(sources)),
            SAFE,
        )
        for names in people
    ]
    message = outgoing(
        *(post for post in judged if not isinstance(post, Refusal)),
        matched=tuple(matched),
        template=template,
        more=len(links) + 1,
        more_links=tuple(links),
        **kind,
    )
    try:
        rendered = render(message, was)
    except NotShownError:
        reject()
    made = body(rendered)
    assert isinstance(rendered.view, discord.ui.LayoutView) is (rendered.form == "gallery")
    assert units(made.get("content") or "") <= 2000
