"""What is said of PonyAggregate: to a member, and of what the operator's key brought."""

from datetime import UTC, datetime
from typing import Any

import pytest
from discord import ButtonStyle
from discord.ui import Button
from msgspec import structs

from bot.catalogue import PONYAGGREGATE as SITE
from bot.posts.importable import Importable
from bot.sites import BadQuery, KeyRefused, NeedsBrowser, NotFound, Refused, SiteError, Unconfirmed
from bot.sites.ponyaggregate import Attachment, Imported, Rating, SubmissionType, User
from bot.sites.ponyaggregate_bodies import ImportedSubmission
from bot.ui.ponyaggregate import (
    advice,
    import_embed,
    import_text,
    made_text,
    site_view,
    user_text,
)
from tests.discord_limits import message_problems

LATER = datetime(2030, 1, 1, tzinfo=UTC)
IMPORTED = Imported(
    attachment=Attachment("0b6f3c52-7a55-4d8e-9d7e-8a1f6f0f5a11", "image/png"),
    submission=ImportedSubmission(
        name="Mare",
        type=SubmissionType.ARTWORK,
        rating=Rating.SAFE,
        tags=("safe", "artist:painter", "editor:mender"),
        creator_name="uploader",
        source="https://derpibooru.org/images/7",
        thumbnail=b"picture",
        thumbnail_mime="image/png",
    ),
    creator_is_uploader=True,
)


@pytest.mark.parametrize("origin", ["Derpibooru", "Pony.Tube"])
def test_l15_a_member_is_told_what_to_enter_in_the_browser(origin: Any) -> None:
    text = import_text(Importable(origin, "rVf3bWmPqk2xS9tYcD7uGh"), SITE)
    assert "person in a browser" in text
    assert f"import from {origin}" in text
    assert "`rVf3bWmPqk2xS9tYcD7uGh`" in text
    # Rule L1: whom the site would credit of itself is not who made it.
    assert "creator" in text


async def test_the_button_opens_the_sites_front_page() -> None:
    (button,) = site_view(SITE).children
    assert isinstance(button, Button)
    assert (button.style, button.url) == (ButtonStyle.link, "https://ponyaggregate.com/")


def test_l1_an_import_names_the_artists_and_never_the_uploader_nor_shows_the_picture() -> None:
    embed = import_embed(IMPORTED, SITE).to_dict()
    assert message_problems({"embeds": [embed]}) == []
    assert "painter, mender" in str(embed)
    assert "uploader" not in str(embed)
    assert "image" not in embed
    assert "thumbnail" not in embed


@pytest.mark.parametrize("text", ["", "\u202e", "[x](https://example.org) @everyone", "🐎" * 2000])
def test_an_import_fits_a_message_whatever_was_written_there(text: str) -> None:
    odd = structs.replace(
        IMPORTED,
        submission=structs.replace(
            IMPORTED.submission, name=text, source=text, tags=(f"artist:{text}",)
        ),
    )
    embed = import_embed(odd, SITE).to_dict()
    assert message_problems({"embeds": [embed]}) == []
    assert "](" not in str(embed)


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (Unconfirmed("ponyaggregate", ""), "https://ponyaggregate.com/"),
        (NeedsBrowser("ponyaggregate", ""), "`turnstile`"),
        (KeyRefused("ponyaggregate", ""), "`MAILMARE_PONYAGGREGATE_KEY`"),
        (Refused("ponyaggregate", ""), "somebody else"),
        (Refused("ponyaggregate", "", until=LATER), ""),
        (NotFound("ponyaggregate", ""), ""),
        (BadQuery("ponyaggregate", ""), ""),
    ],
)
def test_a_failure_that_leaves_open_what_to_do_is_told_with_it(
    failure: SiteError, says: str
) -> None:
    told = advice(failure, SITE)
    assert says in told
    assert bool(told) is bool(says)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (31, "`31` is made. <https://ponyaggregate.com/submissions/31>"),
        ("some-slug", "`some-slug` is made."),
        (None, "did not tell its id"),
    ],
)
def test_what_was_made_is_named_as_far_as_the_site_does(key: int | str | None, says: str) -> None:
    assert says in made_text(key, SITE)
    assert ("<" in made_text(key, SITE)) is isinstance(key, int)


def test_whose_the_key_is_is_told_as_far_as_the_site_does() -> None:
    assert user_text(User(id=7, username="mail*mare", role=None), SITE).endswith("mail\\*mare, 7")
    for unnamed in (User(), User(username="", role="\u200b")):
        assert "does not tell" in user_text(unnamed, SITE)
