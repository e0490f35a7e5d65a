"""Nobody asks faster than the operator allows: checked before a command or a button does much."""

from datetime import timedelta
from typing import Any

import discord

from bot.texts import _
from bot.ui.answers import instant, tell
from bot.ui.host import host_of
from bot.ui.speech import speak_to_channel


class Paced:
    """A button that counts among its presser's wishes; put it before the library's class."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let a press through, or tell the one who presses too often when to try again."""
        await speak_to_channel(interaction)
        return await in_pace(interaction)


async def in_pace(interaction: discord.Interaction[Any]) -> bool:
    """Count a wish and return True; or tell privately when to try again and return False."""
    host = host_of(interaction)
    wait = host.quotas.ask(interaction.user.id, interaction.guild_id)
    if wait > 0:
        await tell(interaction, too_fast(interaction, wait))
    return wait == 0


def too_fast(interaction: discord.Interaction[Any], wait: float) -> str:
    """Return what somebody is told who must wait, in seconds from now."""
    # Up to the next whole second: Discord's timestamps know no smaller part.
    again = host_of(interaction).finder.clock.now() + timedelta(seconds=wait + 1)
    return _("That was a lot at once. Please try again {when}.").format(when=instant(again))
