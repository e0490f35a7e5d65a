"""Buttons and choices whose state is in their `custom_id`: they work after a restart as well."""

import re
from abc import abstractmethod
from typing import Any, Self

import discord

from bot.ui.pace import Paced


class Kept(Paced):
    """A button or a choice that is made anew when it is used; put it before the library's class."""

    @classmethod
    @abstractmethod
    def read(cls, match: re.Match[str], options: list[discord.SelectOption], /) -> Self:
        """Return what was used, by its `custom_id`, and by its options where it is a choice."""

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the state of what was used (discord.py's entry of a dynamic item)."""
        return cls.read(match, item.options if isinstance(item, discord.ui.Select) else [])
