"""Lists of what members of a board made: all fit for everybody, all within Discord's limits."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import discord
import pytest

from bot.catalogue import CATALOGUE
from bot.posts.text import utf16_len
from bot.safety import SAFE
from bot.sites.board import Page, Tag
from bot.sites.philomena_filters import Filter
from bot.sites.philomena_forums import Forum
from bot.sites.philomena_images import Gallery
from bot.sites.philomena_people import Award, User
from bot.ui.answers import NotShownError
from bot.ui.board_filters import filters_embed
from bot.ui.facts import tags_embed
from bot.ui.forums import TopicPlace, forums_embed, topic_place
from bot.ui.galleries import galleries_embed
from bot.ui.people import profile_embed
from bot.ui.text_embeds import for_everybody, text_embed, writing
from tests.discord_limits import message_problems

SITE = CATALOGUE["derpibooru"]
DISGUISED = "s\u200bex p\uff41rty"


def tag(name: str, aliased_tag: str | None = None) -> Tag:
    page = "https://derpibooru.org/tags/x"
    return Tag(
        site="derpibooru", id=1, name=name, slug="x", page_url=page, images=7,
        aliased_tag=aliased_tag,
    )  # fmt: skip


def gallery(title: str, number: int = 1) -> Gallery:
    url = f"https://derpibooru.org/galleries/{number}"
    return Gallery(
        id=number, title=title, description="*Told* nobody.", spoiler_warning="Nor this.",
        creator=title, page_url=url,
    )  # fmt: skip


LISTS: dict[str, Callable[[list[str]], discord.Embed]] = {
    "tags": lambda names: tags_embed(
        Page(items=tuple(map(tag, names)), total=len(names)), SITE, SAFE
    ),
    "galleries": lambda names: galleries_embed(
        Page(items=tuple(map(gallery, names)), total=len(names)), SITE
    ),
    "forums": lambda names: forums_embed(
        Page(
            items=tuple(
                Forum(short_name="x", name=name, description=name, page_url="https://d.org/x")
                for name in names
            ),
            total=len(names),
        ),
        SITE,
    ),
    "filters": lambda names: filters_embed(
        Page(
            items=tuple(
                Filter(id=1, name=name, description=name, page_url="https://d.org/x")
                for name in names
            ),
            total=len(names),
        ),
        SITE,
    ),
}


@pytest.mark.parametrize("of", LISTS)
def test_what_is_not_for_everybody_is_left_out_and_counted(of: str) -> None:
    """Reference: safety, 3.7 and 3.10."""
    embed = LISTS[of](["soft wings", "sex party", DISGUISED])

    assert "soft wings" in (embed.description or "")
    assert "rty" not in (embed.description or "")
    assert "2 may not be shown here" in (embed.footer.text or "")
    assert LISTS[of](["explicit foalcon"]).description == "Nothing on this page may be shown here."
    assert "has no" in (LISTS[of]([]).description or "")


@pytest.mark.parametrize("of", LISTS)
@pytest.mark.parametrize("letter", ["x", "*", "\U0001f434", "@"])
def test_the_longest_names_keep_discords_limits(of: str, letter: str) -> None:
    """Reference: safety, 4."""
    embed = LISTS[of]([letter * (40 if of == "tags" else 400)] * 25)

    assert message_problems({"embeds": [embed.to_dict()]}) == []
    shown = (embed.description or "").count("**") // 2
    assert 10 <= shown <= 25
    assert shown == 25 or f"{25 - shown} more:" in (embed.description or "")


def test_a_title_that_a_stranger_wrote_is_dead_text() -> None:
    """Reference: safety, 4: titles show markup, and pictures of emojis with it."""
    for title in ("<:x:123456789012345678>", "**loud** ||hidden||", "`code`"):
        shown = text_embed(SITE, title).title or ""
        assert shown.replace("\\", "") == title
        assert not re.search(r"(?<!\\)[<:*|`]", shown)


def test_a_gallery_is_told_without_its_texts_and_pictures() -> None:
    """Reference: safety, 3.10."""
    embed = LISTS["galleries"](["[a](https://x.example) @everyone"])
    text = embed.description or ""

    assert "Told" not in text
    assert "Nor this" not in text
    assert "\\[a\\]\\(https" in text
    assert "@everyone" not in text
    assert (embed.image.url, embed.thumbnail.url) == (None, None)


@pytest.mark.parametrize("length", [40, 3000])
def test_a_link_beside_a_text_leaves_that_its_room(length: int) -> None:
    """Reference: safety, 4."""
    page = f"https://derpibooru.org/forums/dis/topics/{'a' * length}"
    text = writing("*" * 300, datetime.max.replace(tzinfo=UTC), page, "x" * 9000, 3500)
    assert text.startswith("**")
    assert (page in text) == (length < 400)
    assert utf16_len(text) <= 4096


def test_what_is_shown_of_a_text_was_judged_though_invisible_signs_stand_before_it() -> None:
    padded = "\u200b" * 5_000 + "sex party"
    assert "sex" not in for_everybody(padded, 600)
    assert "sex" not in writing(padded, None, "", padded, 3500)
    assert "sex" not in (LISTS["galleries"]([padded]).description or "")


def test_f46_no_more_is_read_of_a_text_than_may_be_shown() -> None:
    endless = "\U0001f434" * 200_000
    began = time.process_time()
    for _text in range(10):
        assert for_everybody(endless, 600).endswith("…")
        assert writing(endless, None, "", endless, 3500).endswith("…")
    assert time.process_time() - began < 1


def test_an_address_that_discord_would_refuse_is_left_out() -> None:
    """Reference: safety, 4: one bad address makes Discord refuse the whole message."""
    page = f"https://derpibooru.org/profiles/{'a' * 3000}"
    embed = profile_embed(User(id=7, name="Somepony", page_url=page), SITE)
    assert embed.url is None
    assert message_problems({"embeds": [embed.to_dict()]}) == []


def test_an_alias_is_told_with_its_tag_unless_that_may_not_be_named() -> None:
    pages = [Page(items=(tag("clothes off", target),), total=1) for target in ("bare", "nudity")]
    texts = [tags_embed(page, SITE, SAFE).description for page in pages]

    assert texts == ["**clothes off** → bare", "**clothes off**"]


def test_an_empty_page_says_which_is_the_last() -> None:
    page = Page[Gallery](items=(), total=30, page=4)
    assert galleries_embed(page, SITE).description == "There is no page 4: the last one is 2."


def test_a_profile_has_neither_pictures_nor_what_somebody_wrote_of_themselves() -> None:
    """Reference: safety, 3.10."""
    user = User(
        id=7,
        name="@everyone *star*",
        description="I am 12.",
        avatar_url="https://derpicdn.net/avatar.png",
        uploads_count=1,
        awards=(
            Award(id=1, title="Kind", label="very", image_url="https://derpicdn.net/a.png"),
            Award(id=2, title="Kinky sex", label="x"),
            Award(id=3, title="Patient", label="porn"),
        ),
        page_url="https://derpibooru.org/profiles/star",
    )
    embed = profile_embed(user, SITE)
    whole = str(embed.to_dict())

    assert message_problems({"embeds": [embed.to_dict()]}) == []
    assert "I am 12" not in whole
    assert ".png" not in whole
    assert [field.value for field in embed.fields] == ["7", "1 upload", "Kind \\(very\\), Patient"]
    assert "@everyone" not in whole
    assert profile_embed(User(id=7, name="porn"), SITE).title == "Profile 7"


@pytest.mark.parametrize("awards", [200])
def test_a_profile_with_many_awards_keeps_discords_limits(awards: int) -> None:
    user = User(
        id=7,
        name="*" * 300,
        awards=tuple(Award(id=n, title="\U0001f434*" * 60) for n in range(1, awards)),
    )
    embed = profile_embed(user, SITE)

    assert message_problems({"embeds": [embed.to_dict()]}) == []
    assert utf16_len(embed.fields[-1].value or "") > 900


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dis/rules", TopicPlace("dis", "rules")),
        (" art/sfw-chat ", TopicPlace("art", "sfw-chat")),
        ("https://derpibooru.org/forums/dis/topics/rules", TopicPlace("dis", "rules")),
        ("<http://www.derpibooru.org/forums/dis/topics/rules/>", TopicPlace("dis", "rules")),
        (
            "https://derpibooru.org/forums/dis/topics/rules?post_id=12#post_12",
            TopicPlace("dis", "rules", 12),
        ),
        ("https://derpibooru.org/forums/dis/topics/rules#post_9", TopicPlace("dis", "rules", 9)),
        ("https://derpibooru.org/forums/dis/topics/a?post_id=0", TopicPlace("dis", "a")),
    ],
)
def test_a_topic_is_found_by_its_address_or_its_place(typed: str, found: TopicPlace) -> None:
    assert topic_place(typed, SITE) == found


@pytest.mark.parametrize(
    "typed",
    [
        "rules",
        "dis/rules/more",
        "https://ponybooru.org/forums/dis/topics/rules",
        "https://derpibooru.org.evil.example/forums/dis/topics/rules",
        "https://evil.example@derpibooru.org/forums/dis/topics/rules",
        "https://derpibooru.org/images/1",
        "https://derpibooru.org/forums/dis",
        "https://derpibooru.org/forums/dis/topics/a%2f..%2fb",
        "https://derpibooru.org/forums/dis%00/topics/rules",
        "dis/ru\x7fles",
        "",
    ],
)
def test_what_is_no_topic_of_the_board_is_refused_and_read_alone(typed: str) -> None:
    """Reference: safety, 5: no address that somebody gave is fetched."""
    with pytest.raises(NotShownError, match="I know no topic by that"):
        topic_place(typed, SITE)
