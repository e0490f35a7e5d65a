"""What commands take, with the limits that Discord checks before the bot sees a value."""

from typing import TypeAlias

import discord
from discord import app_commands

from bot.safety.patterns import LONGEST_PATTERN
from bot.ui.completion import unmarked

#: The number of a post, or of anything else on a board (reference: safety, 5).
BoardId: TypeAlias = app_commands.Range[int, 1, 9_999_999_999]
#: A pony's number; Discord's numbers end there too (reference: safety, 5).
PonyId: TypeAlias = app_commands.Range[int, 1, 2**53 - 1]
#: The address of something; Discord's own addresses are no longer (reference: safety, 4).
Address: TypeAlias = app_commands.Range[str, 1, 2048]
#: A page of comments or of another list that a board gives in pages.
ListPage: TypeAlias = app_commands.Range[int, 1, 1000]
#: Somebody's name on a board.
PersonName: TypeAlias = app_commands.Range[str, 1, 100]
#: A part of a name, with wildcards or without.
Pattern: TypeAlias = app_commands.Range[str, 1, LONGEST_PATTERN]
_WithSettings: TypeAlias = (
    discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
)


class _Completed(app_commands.Transformer):
    """Text of so many characters, without the marks that completing it left in it."""

    def __init__(self, least: int, most: int) -> None:
        self._bounds = (least, most)

    @property
    def min_value(self) -> int:
        return self._bounds[0]

    @property
    def max_value(self) -> int:
        return self._bounds[1]

    async def transform(self, _interaction: discord.Interaction, value: str, /) -> str:
        return unmarked(value)


#: A search, at most as long as a query may be (reference: safety, 3.2).
Query: TypeAlias = app_commands.Transform[str, _Completed(0, 500)]
#: A tag's name; the boards store at most 255 bytes (reference: boards, 1.8).
TagName: TypeAlias = app_commands.Transform[str, _Completed(1, 255)]


class _ChannelWithSettings(app_commands.Transformer):
    """A channel that can have settings of its own; Discord offers no others."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        # The library's own list for forums has media channels too, which Discord's own
        # description of its API does not take here.
        return [
            discord.ChannelType.text,
            discord.ChannelType.news,
            discord.ChannelType.voice,
            discord.ChannelType.stage_voice,
            discord.ChannelType.forum,
        ]

    async def transform(
        self, _interaction: discord.Interaction, value: app_commands.AppCommandChannel, /
    ) -> _WithSettings:
        channel = value.resolve()
        if not isinstance(channel, _WithSettings):
            raise app_commands.TransformerError(value, self.type, self)
        return channel


#: A channel that can have settings of its own; a thread has its parent's.
SettingsChannel: TypeAlias = app_commands.Transform[_WithSettings, _ChannelWithSettings]
#: Pages of the audit list, of which the store keeps 500 entries.
AuditPage: TypeAlias = app_commands.Range[int, 1, 25]
