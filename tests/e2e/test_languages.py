"""A server is answered in its own language, and one person alone in that person's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts import Languages
from tests.discord_loopback import JSON
from tests.loopback_stage import LoopbackStage, loopback_stage
from tests.test_texts import put_language


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[LoopbackStage]:
    """A bot that knows a little German and French."""
    folder = tmp_path / "locale"
    for name, post, privacy, remove in (
        ("de", "Bild {id}", "Datenschutz", "Weg damit"),
        ("fr", "Image {id}", "Vie privée", "Enlever"),
    ):
        texts: dict[str | tuple[str, str], str] = {
            "Post {id}": post,
            "Privacy": privacy,
            "Remove": remove,
        }
        put_language(folder, name, texts)
    async with loopback_stage(tmp_path, languages=Languages(folder)) as stage:
        yield stage


def title(bodies: list[JSON]) -> str:
    (body,) = bodies
    return str(body["embeds"][0]["title"])


async def test_a_server_chooses_the_language_of_its_channels(stage: LoopbackStage) -> None:
    assert title(await stage.ask("derpibooru random")).startswith("Post ")
    settings = await stage.ask("server setup", language="de")
    assert "Language: de" in settings[0]["embeds"][0]["description"]
    found = await stage.ask("derpibooru random")
    assert title(found).startswith("Bild ")
    labels = {part.get("label") for row in found[0]["components"] for part in row["components"]}
    assert "Weg damit" in labels
    assert title(await stage.press(found[0], "Another")).startswith("Bild ")
    refused = await stage.ask("server setup", language="tlh")
    assert "do not speak that" in refused[0]["content"]


async def test_what_one_person_alone_sees_is_in_that_persons_language(
    stage: LoopbackStage,
) -> None:
    await stage.ask("server setup", language="de")
    stage.discord.locale = "fr"
    assert title(await stage.ask("privacy")) == "Vie privée"
    assert title(await stage.ask("derpibooru random")).startswith("Bild ")
    stage.discord.locale = "ja"
    assert title(await stage.ask("privacy")) == "Datenschutz"
    stage.discord.locale = "en-GB"
    assert title(await stage.ask("privacy")) == "Privacy"


async def test_languages_with_a_catalogue_are_offered_and_no_others(stage: LoopbackStage) -> None:
    token = await stage.discord.complete("server setup", "language", "")
    choices = stage.discord.callbacks[token]["data"]["choices"]
    assert [one["value"] for one in choices] == ["en", "de", "fr"]
