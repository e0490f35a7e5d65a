"""The button that shows one person what lies behind a spoiler."""

import re
from typing import Any, Self

import discord

from bot.catalogue import CATALOGUE
from bot.safety import VerifiedPost
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.gallery import gallery
from bot.ui.here import check_current, policy_here
from bot.ui.host import host_of
from bot.ui.kept import Kept

#: Discord's longest address on a button (reference: safety, 4).
_BUTTON_LINK = 512


def page_button(post: VerifiedPost) -> discord.ui.Button[Any] | None:
    """Return the link to a post's page, where Discord takes it on a button."""
    if len(post.credit.page_url) > _BUTTON_LINK:
        return None
    return discord.ui.Button(label=_("Open page"), url=post.credit.page_url)


class RevealButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:reveal:(?P<site>[a-z]+):(?P<post>[0-9]{1,16})(?P<mature>:m)?\Z",
):
    """Shows the picture of a post that an embed left out, to the one who presses it."""

    def __init__(self, site: str, post_id: int, *, mature: bool = False) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Reveal"),
                custom_id=f"m1:reveal:{site}:{post_id}" + (":m" if mature else ""),
                style=discord.ButtonStyle.primary,
            )
        )
        self.site = site
        self.post_id = post_id
        self.mature = mature

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        mature = match["mature"] is not None
        return cls(match["site"], int(match["post"]), mature=mature)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Read the post again, verify it again, and answer privately."""
        async with answering(interaction):
            if self.site not in CATALOGUE:
                raise NotShownError(_("This site is switched off here."))
            await think(interaction, private=True)
            policy = await policy_here(interaction, mature=self.mature)
            found = await host_of(interaction).finder.post(self.site, self.post_id, policy)
            await check_current(interaction, found.post, mature=self.mature)
            button = page_button(found.post)
            view = gallery([found.post], [button] if button is not None else [])
            await interaction.edit_original_response(view=view)
