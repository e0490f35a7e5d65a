"""The composition: what the operator switches off, and how it all ends."""

from pathlib import Path

from discord import app_commands

from bot.app import App
from bot.demo.page import demo_settings
from bot.demo.sites import SimulatedSites
from tests.discord_stage import WORLD, set_stage
from tests.e2e.managing import let, manager


async def test_a_site_that_is_switched_off_has_no_commands_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    async with set_stage(tmp_path, off=("derpibooru", "ponyapi", "ponyaggregate")) as stage:
        names = {command.name for command in stage.app.client.tree.get_commands()}
        assert "twibooru" in names
        assert not {"derpibooru", "ponyaggregate"} & names
        told = (await stage.ask("help")).result
        assert told.response is not None
        for message in (told.response, *told.followups):
            assert not any("/derpibooru" in (embed.description or "") for embed in message.embeds)
        assert (await stage.ask("twibooru search", query="mare")).picture is not None
        # Schedules draw from the boards as well.
        pony = stage.app.client.tree.get_command("pony")
        assert isinstance(pony, app_commands.Group)
        assert [one.name for one in pony.commands] == ["schedule"]
        boss = manager(stage)
        options = {"channel": stage.channel, "rhythm": "daily"}
        refused = await let(boss, stage.channel, "pony schedule add", **options)
        assert "switched Safe Pony API off" in refused.text
        added = await let(boss, stage.channel, "pony schedule add", site="twibooru", **options)
        assert "Artist" in added.text
        about = await stage.ask("about")
        assert "Derpibooru" not in (about.embed.fields[0].value or "")


async def test_a_client_that_never_started_is_closed_with_the_rest(tmp_path: Path) -> None:
    async with SimulatedSites(WORLD) as sites:
        async with App(demo_settings(sites, tmp_path)) as app:
            assert not app.client.is_closed()
        assert app.client.is_closed()
