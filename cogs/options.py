"""What commands take, with the limits that Discord checks before the bot sees a value."""

from typing import TypeAlias

from discord import app_commands

#: A search, at most as long as a query may be (reference: safety, 3.2).
Query: TypeAlias = app_commands.Range[str, 0, 500]
#: A tag's name; the boards store at most 255 bytes (reference: boards, 1.8).
TagName: TypeAlias = app_commands.Range[str, 1, 255]
#: A post's number on a board (reference: safety, 5).
BoardId: TypeAlias = app_commands.Range[int, 1, 9_999_999_999]
#: A pony's number; Discord's numbers end there too (reference: safety, 5).
PonyId: TypeAlias = app_commands.Range[int, 1, 2**53 - 1]
CommentsPage: TypeAlias = app_commands.Range[int, 1, 1000]
