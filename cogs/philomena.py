"""The commands that Philomena boards have besides, written once for all of them.

Text of the sites' members is answered privately: it is unrated (reference: safety, 3.10).
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import discord
from discord import app_commands

from bot.safety import Policy
from bot.sites import PhilomenaBoard
from bot.texts import _
from bot.ui.answers import answering, think
from bot.ui.board_filters import filter_answer, filters_embed
from bot.ui.buttons import show
from bot.ui.facts import comment_embed
from bot.ui.finder import check_site
from bot.ui.forums import forums_embed, post_answer, topic_answer, topic_place, topics_answer
from bot.ui.galleries import find_galleries, galleries_embed, gallery_search
from bot.ui.here import check_current, policy_here
from bot.ui.lookalike import find_picture, picture_given
from bot.ui.people import find_person, profile_embed
from cogs.boards import BoardCog, answer_search
from cogs.options import Address, BoardId, ListPage, Pattern, PersonName

_Answer: TypeAlias = Callable[[PhilomenaBoard, Policy], Awaitable[discord.Embed]]


class PhilomenaCog(BoardCog):
    """Reverse search, galleries, profiles, filters, single comments and forums of one board."""

    forum = app_commands.Group(
        name="forum", description=_("What people write in the forums, for your eyes only.")
    )

    @property
    def _board(self) -> PhilomenaBoard:
        board = self._finder.board(self.site)
        assert isinstance(board, PhilomenaBoard)  # noqa: S101  its row of the catalogue says so
        return board

    async def _answer(
        self, interaction: discord.Interaction, answer: _Answer, *, asked: str = ""
    ) -> None:
        """Answer privately; `asked` is the pattern in which a mistake can be pointed at."""
        async with answering(interaction, asked):
            board = self._board
            policy = await policy_here(interaction)
            check_site(self.site, policy)
            await think(interaction, private=True)
            await interaction.edit_original_response(embed=await answer(board, policy))

    @app_commands.command(description=_("Which picture of this board a picture is, or is like."))
    @app_commands.describe(
        image=_("The picture, attached."),
        address=_("Or its address, if it is on Discord or on one of the boards."),
    )
    async def reverse(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment | None = None,
        address: Address | None = None,
    ) -> None:
        """Answer with the post that a picture is, or else is most like, if it may be shown."""
        async with answering(interaction):
            board = self._board
            policy = await policy_here(interaction)
            check_site(self.site, policy)
            sites = (client.site for client in self._finder.sites.values())
            url = picture_given(image, address, sites)
            await think(interaction)
            found = await find_picture(self._finder, url, policy, only=board.site.name)
            await show(interaction, found)

    @app_commands.command(description=_("Which galleries there are, for your eyes only."))
    @app_commands.describe(
        title=_("A part of the title, with * where anything may stand; leave it out for all."),
        user=_("Who made them."),
        page=_("Which page of the galleries, from the newest on."),
    )
    async def galleries(
        self,
        interaction: discord.Interaction,
        title: Pattern = "",
        user: PersonName = "",
        page: ListPage = 1,
    ) -> None:
        """Answer privately with titles, makers and numbers of galleries."""

        async def answer(board: PhilomenaBoard, _policy: Policy) -> discord.Embed:
            found = await find_galleries(board, title, user, page)
            return galleries_embed(found, board.site)

        await self._answer(interaction, answer, asked=title)

    @app_commands.command(description=_("The pictures of a gallery, in its own order."))
    @app_commands.describe(number=_("The number in the address of the gallery's page."))
    @app_commands.rename(number="id")
    async def gallery(self, interaction: discord.Interaction, number: BoardId) -> None:
        """Answer with a gallery's first picture and the buttons to reach the others."""
        await answer_search(interaction, self._finder, gallery_search(self.site, number))

    @app_commands.command(description=_("Who somebody is here, for your eyes only."))
    @app_commands.describe(user=_("Their name, or the number of their profile."))
    async def profile(self, interaction: discord.Interaction, user: PersonName) -> None:
        """Answer privately with what is safe to show of somebody's profile."""

        async def answer(board: PhilomenaBoard, _policy: Policy) -> discord.Embed:
            return profile_embed(await find_person(board, user), board.site)

        await self._answer(interaction, answer)

    @app_commands.command(description=_("What one of the board's filters hides, for you only."))
    @app_commands.describe(number=_("The number in the address of the filter's page."))
    @app_commands.rename(number="id")
    async def filter(self, interaction: discord.Interaction, number: BoardId) -> None:
        """Answer privately with what a filter hides and spoilers, unless it is private."""
        await self._answer(interaction, lambda board, policy: filter_answer(board, number, policy))

    @app_commands.command(description=_("The filters that the board offers everybody."))
    @app_commands.describe(page=_("Which page of the filters."))
    async def filters(self, interaction: discord.Interaction, page: ListPage = 1) -> None:
        """Answer privately with the site's own filters."""

        async def answer(board: PhilomenaBoard, _policy: Policy) -> discord.Embed:
            return filters_embed(await board.system_filters(page=page), board.site)

        await self._answer(interaction, answer)

    @app_commands.command(description=_("One comment by its number, for your eyes only."))
    @app_commands.describe(number=_("The number behind #comment_ in the comment's address."))
    @app_commands.rename(number="id")
    async def comment(self, interaction: discord.Interaction, number: BoardId) -> None:
        """Answer privately with a comment, if the post that it is under may be shown."""

        async def answer(board: PhilomenaBoard, policy: Policy) -> discord.Embed:
            found, comment = await self._finder.comment(board, number, policy)
            await check_current(interaction, found.post)
            return comment_embed(found, comment)

        await self._answer(interaction, answer)

    @forum.command(name="list", description=_("Which forums there are."))
    async def forum_list(self, interaction: discord.Interaction) -> None:
        """Answer privately with the board's forums."""

        async def answer(board: PhilomenaBoard, _policy: Policy) -> discord.Embed:
            return forums_embed(await board.forums(), board.site)

        await self._answer(interaction, answer)

    @forum.command(name="topics", description=_("What people talk about in a forum."))
    @app_commands.describe(
        name=_("The forum's short name, as /… forum list has it, such as art."),
        page=_("Which page of the topics, from the latest on."),
    )
    @app_commands.rename(name="forum")
    async def forum_topics(
        self, interaction: discord.Interaction, name: Pattern, page: ListPage = 1
    ) -> None:
        """Answer privately with a page of a forum's topics."""
        await self._answer(
            interaction, lambda board, _policy: topics_answer(board, name.strip(), page)
        )

    @forum.command(name="topic", description=_("What people write in a topic."))
    @app_commands.describe(
        topic=_("The address of the topic's page, or forum/topic as the list of topics has it."),
        page=_("Which page of the topic, from its beginning on."),
    )
    async def forum_topic(
        self, interaction: discord.Interaction, topic: Address, page: ListPage = 1
    ) -> None:
        """Answer privately with a page of what people wrote in a topic."""
        await self._answer(
            interaction,
            lambda board, _policy: topic_answer(board, topic_place(topic, board.site), page),
        )

    @forum.command(name="post", description=_("One post of a forum."))
    @app_commands.describe(post=_("The address of the post, or its number."))
    async def forum_post(self, interaction: discord.Interaction, post: Address) -> None:
        """Answer privately with one post of a forum."""
        await self._answer(interaction, lambda board, _policy: post_answer(board, post))
