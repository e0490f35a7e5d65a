"""The report button of a message with several posts: it asks which of them is meant.

What the message shows is in the outbox, found by the message's marker, so the choice works after
a restart. A post that is taken out of a message leaves it with the next look of after-care, which
alone can put the rest together again; a whole message goes at once.
"""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
import structlog

from bot.catalogue import CATALOGUE
from bot.store import Announcement
from bot.texts import _
from bot.ui.answers import NotShownError, answering, tell, think
from bot.ui.host import host_of
from bot.ui.kept import Kept
from bot.ui.report import (
    RULE,
    Reported,
    may_remove,
    removal_reason,
    removed_text,
    report,
    take_back,
)

_log = structlog.get_logger(__name__)

_WHOLE = "all"


class SeveralReportButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:report:several:(?P<posts>[0-9]{1,2}):(?P<marker>[0-9]{1,19})\Z",
):
    """Says that something in a message should not be shown."""

    def __init__(self, posts: int, marker: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Report"),
                custom_id=f"m1:report:several:{posts}:{marker}",
                style=discord.ButtonStyle.secondary,
            )
        )
        self.posts = posts
        self.marker = marker

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        return cls(int(match["posts"]), int(match["marker"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask privately which post is meant."""
        async with answering(interaction):
            message = interaction.message
            if message is None:
                return
            await think(interaction, private=True)
            rows = await _rows(interaction, message.id, self.marker)
            view = discord.ui.View(timeout=None)
            view.add_item(ReportChoice(message.id, self.marker, _options(rows)))
            await interaction.edit_original_response(
                content=_("What should not be shown?"), view=view
            )


class ReportChoice(
    Kept,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"m1:report-which:(?P<message>[0-9]{1,20}):(?P<marker>[0-9]{1,19})\Z",
):
    """What of a message is meant: one of its posts, or all of it."""

    def __init__(
        self, message_id: int, marker: int, options: Sequence[discord.SelectOption]
    ) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id=f"m1:report-which:{message_id}:{marker}",
                placeholder=_("Choose a post, or the whole message"),
                options=list(options),
            )
        )
        self.message_id = message_id
        self.marker = marker

    @classmethod
    def read(cls, match: re.Match[str], options: list[discord.SelectOption], /) -> Self:
        """Read the state of a choice that was made."""
        return cls(int(match["message"]), int(match["marker"]), options)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take out what was chosen, or tell those who may."""
        async with answering(interaction):
            await think(interaction, private=True)
            rows = await _rows(interaction, self.message_id, self.marker)
            chosen = next(iter(self.item.values), _WHOLE)
            row = next((row for row in rows if str(row.id) == chosen), None)
            if row is None and chosen != _WHOLE:
                raise NotShownError(_("This post is not there any more."))
            if not may_remove(interaction):
                await report(interaction, self._reported(interaction, row))
            elif row is None or len(rows) == 1:
                await self._remove_message(interaction)
            else:
                await self._take_out(interaction, row)

    def _reported(
        self, interaction: discord.Interaction[Any], row: Announcement | None
    ) -> Reported:
        link = (
            f"https://discord.com/channels/{interaction.guild_id}/{interaction.channel_id}"
            f"/{self.message_id}"
        )
        if row is None or row.post_id is None:
            return Reported(link=link, once=self.message_id)
        # The outbox counts from 1: none of its ids is a message's.
        return Reported(site=row.site, post_id=row.post_id, link=link, once=row.id)

    async def _remove_message(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.channel_id is None:
            return
        channel = interaction.client.get_partial_messageable(interaction.channel_id)
        await channel.get_partial_message(self.message_id).delete()
        _log.info("a reported message was removed", marker=self.marker)
        await take_back(interaction, self.message_id, self.marker)
        await tell(interaction, removed_text())

    async def _take_out(self, interaction: discord.Interaction[Any], row: Announcement) -> None:
        host = host_of(interaction)
        now = host.finder.clock.now()
        async with host.store.write() as tx:
            await tx.rechecks.remove([row.id], RULE, removal_reason(), still_shown_until=now)
        _log.info("a reported post is to be removed", site=row.site, post=row.post_id)
        await tell(
            interaction,
            _(
                "It leaves the message within a moment. Should its site not answer, that takes"
                " longer: “The whole message” always goes at once."
            ),
        )


async def _rows(
    interaction: discord.Interaction[Any], message_id: int, marker: int
) -> tuple[Announcement, ...]:
    if interaction.guild_id is None:
        return ()
    async with host_of(interaction).store.read() as tx:
        return await tx.rechecks.of_message(interaction.guild_id, message_id, marker)


def _options(rows: Sequence[Announcement]) -> list[discord.SelectOption]:
    posts = [
        discord.SelectOption(
            label=_("{number}. {site}, post {id}").format(
                number=number, site=CATALOGUE[row.site].title, id=row.post_id
            ),
            value=str(row.id),
        )
        for number, row in enumerate(rows, 1)
        if row.post_id is not None and row.site in CATALOGUE
    ]
    return [*posts, discord.SelectOption(label=_("The whole message"), value=_WHOLE)]
