"""Answers that are text alone: all of it fits or says what is left out, and all is fit."""

from datetime import UTC, datetime

import pytest

from bot.catalogue import PONYAPI
from bot.sites.board import Comment, CommentPage, Tag
from bot.sites.ponyapi import PonyTag
from bot.ui.facts import comments_embed, pony_tag_embed, tag_embed
from bot.ui.finder import Found
from tests.discord_limits import message_problems, units
from tests.ui.conftest import MakeVerified

SAID = datetime(2026, 11, 20, tzinfo=UTC)


def comment(number: int, body: str | None) -> Comment:
    return Comment(id=number, author=f"somebody {number}", body=body, created_at=SAID, image_id=7)


def page_of(*bodies: str | None, total: int | None = None, page: int = 1) -> CommentPage:
    return CommentPage(
        comments=tuple(comment(number, body) for number, body in enumerate(bodies, 1)),
        total=total,
        page=page,
    )


def text_of(make_verified: MakeVerified, page: CommentPage) -> tuple[str, str]:
    """Return description and footer of the answer to `page`, its limits checked."""
    embed = comments_embed(Found(make_verified()), page)
    assert message_problems({"embeds": [embed.to_dict()]}) == []
    return embed.description or "", embed.footer.text or ""


def test_long_comments_are_shortened_so_that_all_are_there(make_verified: MakeVerified) -> None:
    text, _footer = text_of(make_verified, page_of(*["word " * 200] * 10, total=10))

    assert all(f"**somebody {number}**" in text for number in range(1, 11))
    assert "more:" not in text
    assert text.count("…") == 10


@pytest.mark.parametrize("letter", ["x", "\U0001f434", "*"])
def test_comments_that_do_not_fit_are_counted(make_verified: MakeVerified, letter: str) -> None:
    text, _footer = text_of(make_verified, page_of(*[letter * 2000] * 25, total=60))

    shown = text.count("**somebody")
    assert 15 <= shown < 25
    assert text.endswith(f"{25 - shown} more: [open the page](https://derpibooru.org/images/7)")
    assert units(text) <= 4096


def test_the_page_is_told_where_the_total_is_known(make_verified: MakeVerified) -> None:
    assert text_of(make_verified, page_of("a", total=60))[1] == "60 comments in all · page 1 of 3"
    assert text_of(make_verified, page_of("a"))[1] == ""


def test_what_is_left_out_is_counted(make_verified: MakeVerified) -> None:
    _text, footer = text_of(make_verified, page_of("a", None, "", "b", total=4))
    assert footer == "4 comments in all · page 1 of 1 · 2 not shown"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (page_of(total=0), "Nobody has commented here."),
        (page_of(total=0, page=4), "Nobody has commented here."),
        (page_of(total=60, page=4), "There is no page 4 of comments: the last one is 3."),
        (page_of(page=4), "There is no page 4 of comments."),
        (
            page_of(None, "", total=2),
            "The comments on this page are hidden, or have no text that can be shown.",
        ),
    ],
)
def test_an_empty_page_says_why(make_verified: MakeVerified, page: CommentPage, told: str) -> None:
    assert text_of(make_verified, page)[0] == told


def tag(name: str, **more: object) -> Tag:
    fields: dict[str, object] = {
        "site": "derpibooru",
        "id": 1,
        "name": name,
        "slug": "x",
        "page_url": "https://derpibooru.org/tags/x",
        "images": 5,
        "namespace": name.partition(":")[0] if ":" in name else None,
    }
    return Tag(**{**fields, **more})  # type: ignore[arg-type]


def all_of(found: Tag) -> str:
    embed = tag_embed(found)
    return "\n".join([embed.description or "", *(field.value or "" for field in embed.fields)])


@pytest.mark.parametrize("name", ["comic:sex party", "sex party", "spoiler:porn", "explicit"])
def test_nothing_is_told_of_a_tag_that_is_not_for_everybody(name: str) -> None:
    """Reference: safety, 3.7: only people's names are exempt."""
    text = all_of(tag(name, short_description="About ponies.", aliases=("harmless", "comic:soft")))

    assert "About ponies" not in text
    assert "harmless" not in text
    assert "5 posts have this tag." in text


@pytest.mark.parametrize("name", ["pegasus", "artist:painter", "comic:letters"])
def test_unfit_texts_about_a_fit_tag_are_left_out(name: str) -> None:
    """Reference: safety, 3.7."""
    unfit = tag(
        name,
        short_description="Known for futa and gore.",
        aliases=("soft wings", "r34 wings"),
        implied_tags=("pony", "futanari"),
    )
    text = all_of(unfit)

    assert "Known for" not in text
    assert "soft wings" in text
    assert "r34" not in text
    assert "futa" not in text
    fit = all_of(tag(name, short_description="Known for soft wings."))
    assert "Known for soft wings" in fit


def test_unfit_names_of_a_pony_tag_are_left_out() -> None:
    embed = pony_tag_embed(
        PonyTag(name="cute", stemmed=None, aliases=("adorable", "sexy")), PONYAPI
    )

    assert [field.value for field in embed.fields] == ["adorable"]
