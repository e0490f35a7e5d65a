"""`/ponyaggregate` in the operator's server: whose the key is, and bringing files there."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _
from bot.ui.ponyaggregate import archive_for, at_work, brought_text, note_deed, user_text
from bot.ui.progress import UploadProgress, tell_end
from cogs.for_operator import ForOperator
from cogs.ponyaggregate_lists import Collaborators, Lists
from cogs.ponyaggregate_options import TURNSTILE, Turnstile, mime_of
from cogs.ponyaggregate_submissions import Submissions


@app_commands.default_permissions(administrator=True)
class PonyAggregateAccount(
    ForOperator,
    commands.GroupCog,
    group_name="ponyaggregate",
    group_description=_("The operator's account on PonyAggregate."),
):
    """Work with the operator's key (rules D9 and L8), for the application's owners alone.

    Discord takes one command of this name for everybody and one for a server (application
    commands, naming).
    """

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot
        group = self.app_command
        assert isinstance(group, app_commands.Group)  # noqa: S101  a cog of a group has one
        for part in (Submissions(bot), Lists(), Collaborators()):
            group.add_command(part)

    @app_commands.command(description=_("Whose the key is that I have."))
    async def account(self, interaction: discord.Interaction) -> None:
        """Answer with whom the site knows by the key."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            text = user_text(await archive.users_me(), archive.site)
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("Bring a file to PonyAggregate, for a submission."))
    @app_commands.describe(file=_("The file."), turnstile=TURNSTILE)
    async def attach(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment,
        turnstile: Turnstile | None = None,
    ) -> None:
        """Pass the file on as Discord gives it, telling how far it is."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            content = self._bot.attachments.stream(file)

            async def edit(text: str) -> None:
                await interaction.edit_original_response(content=text)

            progress = UploadProgress(edit, file.filename, self._bot.finder.clock)
            try:
                attachment = await archive.attach(
                    content,
                    name=file.filename,
                    mime=mime_of(file),
                    size=file.size,
                    progress=progress,
                    turnstile=turnstile,
                )
            finally:
                await progress.finish()
            note_deed(interaction, attachment=attachment.uuid)
            # A large file takes longer than Discord lets an answer be changed.
            await tell_end(interaction, brought_text(file.filename, attachment.uuid, archive.site))
