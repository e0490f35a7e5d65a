"""The button that deletes a submission of the operator's on PonyAggregate.

Its `custom_id` is `m1:pa-delete:<id>`; who may press it is checked at each press.
"""

import re
from typing import Any, Self

import discord

from bot.sites.ponyaggregate_requests import Key
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.kept import Kept
from bot.ui.permission import may_operate
from bot.ui.ponyaggregate import archive_for, at_work, key_text, note_deed


class DeleteButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:pa-delete:(?P<id>[A-Za-z0-9_-]{1,64})\Z",
):
    """Deletes one submission, for an owner of the application in the operator's server."""

    def __init__(self, key: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Delete for good"),
                custom_id=f"m1:pa-delete:{key}",
                style=discord.ButtonStyle.danger,
            )
        )
        self.key = key

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read which submission a button is about that was pressed."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Delete it, where the presser may."""
        async with at_work(interaction):
            if not await may_operate(interaction):
                raise NotShownError(_("This is for the bot's owner, in the operator's server."))
            archive = await archive_for(interaction)
            await archive.submission_delete(self.key)
            note_deed(interaction, deleted=self.key)
            text = _("Submission {id} is deleted.").format(id=key_text(self.key))
            await interaction.edit_original_response(content=text)


def delete_text(key: Key) -> str:
    """Return what is asked before a submission is deleted."""
    return _("Submission {id} will be gone from PonyAggregate, and nothing brings it back.").format(
        id=key_text(key)
    )
