"""Which language an interaction is answered in.

A server's channels are spoken to in the server's language; what one person alone sees is in that
person's, as Discord knows it, where there is a catalogue of it.
"""

from typing import Any

import discord
import structlog

from bot.store import StoreError
from bot.texts import ENGLISH
from bot.ui.host import host_of

_log = structlog.get_logger(__name__)


async def speak_to_channel(interaction: discord.Interaction[Any]) -> None:
    """Speak the server's language in the present task; in direct messages the person's."""
    if interaction.guild_id is None:
        speak_to_person(interaction)
        return
    host = host_of(interaction)
    try:
        host.languages.speak((await host.policies.guild(interaction.guild_id)).language)
    except StoreError as error:
        # Whatever comes next needs the database more, and says so.
        _log.warning("a server's language cannot be read", error=str(error))
        host.languages.speak(ENGLISH)


def speak_to_person(interaction: discord.Interaction[Any]) -> None:
    """Speak the language of who asked in the present task, where it is one of ours."""
    languages = host_of(interaction).languages
    if name := languages.nearest(interaction.locale.value):
        languages.speak(name)
