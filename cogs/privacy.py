"""`/privacy` and `/forget-me`, also in direct messages (rule D10)."""

import re
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError, answering
from bot.ui.guide import privacy_embed
from bot.ui.host import host_of
from bot.ui.kept import Kept
from bot.ui.speech import speak_to_person


class Privacy(commands.Cog):
    """What is kept about people, and how to end that; only to the person who asks."""

    @app_commands.command(description=_("What I keep, for how long, and who else gets it."))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def privacy(self, interaction: discord.Interaction) -> None:
        """Answer with the privacy text."""
        async with answering(interaction):
            speak_to_person(interaction)
            await interaction.response.send_message(embed=privacy_embed(), ephemeral=True)

    @app_commands.command(name="forget-me", description=_("Delete what says that it was you."))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Say what would be deleted, and ask whether it shall be."""
        async with answering(interaction):
            speak_to_person(interaction)
            view = discord.ui.View(timeout=None)
            view.add_item(ForgetButton(interaction.user.id))
            await interaction.response.send_message(
                _(
                    "Where I noted that you set up a filter or feed, changed a server's settings or"
                    " used one of the operator's switches, your number is deleted, on all servers."
                    " What you set up stays: it belongs to the server. This cannot be undone."
                ),
                view=view,
                ephemeral=True,
            )


class ForgetButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:forget:(?P<user>[0-9]{1,20})\Z",
):
    """Confirms that its presser is to be forgotten."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Forget me"),
                custom_id=f"m1:forget:{user_id}",
                style=discord.ButtonStyle.danger,
            )
        )
        self.user_id = user_id

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        return cls(int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Delete the presser's number from everything that is kept."""
        async with answering(interaction):
            speak_to_person(interaction)
            if interaction.user.id != self.user_id:
                raise NotShownError(_("This button is not yours. Use `/forget-me` yourself."))
            await interaction.response.defer()
            async with host_of(interaction).store.write() as tx:
                places = await tx.retention.forget_user(self.user_id)
            text = ngettext(
                "Done. Your number was in {count} place and is gone.",
                "Done. Your number was in {count} places and is gone.",
                places,
            ).format(count=places)
            if not places:
                text = _("Your number was nowhere in what I keep.")
            copies = _("Copies of the database that are older than this may still hold it.")
            await interaction.edit_original_response(content=f"{text} {copies}", view=None)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    bot.add_dynamic_items(ForgetButton)
    await bot.add_cog(Privacy())
