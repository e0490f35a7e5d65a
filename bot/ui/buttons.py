"""Buttons that work after a restart: their state is in the message itself.

A button's `custom_id` is `m1:<verb>:<site>:<requester id>:<page>`; the words of the search are in
the embed's link (`bot.ui.search`). Both are read and checked anew at each press.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, Self, cast

import discord
import structlog

from bot.posts.shown import shown_tags
from bot.sites.catalogue import CATALOGUE
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.embeds import plain_post, post_embed
from bot.ui.finder import Finder, Found
from bot.ui.search import Search, read_link

Verb = Literal["prev", "next", "jump", "any", "another", "remove"]

#: Discord's longest address on a button (reference: safety, 4).
_BUTTON_LINK = 512
#: How long the small window that asks for a number is waited for, in seconds.
_JUMP_SECONDS = 300.0
_LAST_PAGE = 10**9 - 1
#: Discord's code for a body that it does not take.
_INVALID_BODY = 50035

_log = structlog.get_logger(__name__)


class _Host(Protocol):
    """What buttons need of the client that received the press."""

    finder: Finder


def finder_of(interaction: discord.Interaction) -> Finder:
    """Return the finder of the client that received `interaction`."""
    return cast("_Host", interaction.client).finder


async def show(interaction: discord.Interaction[Any], found: Found) -> None:
    """Put a picture in the answer, with its buttons for whoever asked.

    Should Discord refuse it, the credit alone is shown in its plainest form (reference: safety,
    4): one bad address makes it refuse a whole message.
    """
    view = picture_view(found, interaction.user.id)
    try:
        await interaction.edit_original_response(embed=picture_embed(found), view=view)
    except discord.HTTPException as refusal:
        if refusal.code != _INVALID_BODY:
            raise
        _log.warning("Discord refused a post", post=found.post.post.key, error=refusal.text)
        text = plain_post(found.post)
        await interaction.edit_original_response(content=text, embed=None, view=None)


def picture_embed(found: Found) -> discord.Embed:
    """Return the embed of what was found."""
    return post_embed(
        found.post,
        heading=", ".join(shown_tags(found.search.text.split(","))) if found.search else "",
        link=found.link,
        position=found.position,
        total=found.total,
    )


def picture_view(found: Found, requester: int) -> discord.ui.View:
    """Return the buttons under a picture."""
    post = found.post.post
    view = discord.ui.View(timeout=None)

    def add(verb: Verb, *, disabled: bool = False) -> None:
        page = min(found.position or 0, _LAST_PAGE)
        view.add_item(StateButton(verb, post.site, requester, page, disabled=disabled))

    if found.position is not None:
        add("prev", disabled=found.position <= 1)
        add("next", disabled=found.total is not None and found.position >= found.total)
        add("jump")
        add("any")
    elif found.search is not None:
        add("another")
    if len(post.page_url) <= _BUTTON_LINK:
        view.add_item(discord.ui.Button(label=_("Open page"), url=post.page_url))
    add("remove")
    return view


class StateButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=(
        r"m1:(?P<verb>prev|next|jump|any|another|remove):(?P<site>[a-z]+)"
        r":(?P<requester>[0-9]{1,20}):(?P<page>[0-9]{1,9})\Z"
    ),
):
    """One button under a picture."""

    def __init__(
        self, verb: Verb, site: str, requester: int, page: int, *, disabled: bool = False
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=_label(verb),
                custom_id=f"m1:{verb}:{site}:{requester}:{page}",
                style=discord.ButtonStyle.primary
                if verb in {"next", "another"}
                else discord.ButtonStyle.secondary,
                disabled=disabled,
            )
        )
        self.verb: Verb = verb
        self.site = site
        self.requester = requester
        self.page = page

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the state of a button that was pressed."""
        verb = cast("Verb", match["verb"])
        return cls(verb, match["site"], int(match["requester"]), int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says."""
        async with answering(interaction):
            if self.verb == "remove":
                await self._remove(interaction)
                return
            search = self._search(interaction)
            if self.verb == "jump":
                await interaction.response.send_modal(_JumpModal(self, search))
                return
            finder = finder_of(interaction)
            wishes: dict[Verb, Callable[[], Awaitable[Found]]] = {
                "prev": lambda: finder.result(search, self.page - 1, step=-1),
                "next": lambda: finder.result(search, self.page + 1),
                "any": lambda: finder.anywhere(search),
                "another": lambda: finder.draw(search),
            }
            await self.turn(interaction, wishes[self.verb])

    async def turn(
        self, interaction: discord.Interaction[Any], wish: Callable[[], Awaitable[Found]]
    ) -> None:
        """Put what was wished for in the message; anybody but who asked gets a private copy."""
        if interaction.user.id == self.requester:
            await interaction.response.defer()
        else:
            await think(interaction, private=True)
        await show(interaction, await wish())

    async def _remove(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.user.id != self.requester and not interaction.permissions.manage_messages:
            raise NotShownError(
                _("Only who asked, or who may manage messages here, can remove this answer.")
            )
        await interaction.response.defer()
        await interaction.delete_original_response()

    def _search(self, interaction: discord.Interaction[Any]) -> Search:
        site = CATALOGUE.get(self.site)
        embeds = interaction.message.embeds if interaction.message else []
        search = read_link(embeds[0].author.url, site) if site and embeds else None
        if search is None:
            raise NotShownError(
                _("This message no longer says what was searched for. Please ask again.")
            )
        return search


class _JumpModal(discord.ui.Modal):
    """Asks for the number of the result to show."""

    number: discord.ui.TextInput[Self]

    def __init__(self, button: StateButton, search: Search) -> None:
        super().__init__(title=_("Go to a result"), timeout=_JUMP_SECONDS)
        self._button = button
        self._search = search
        self.number = discord.ui.TextInput(
            label=_("Number of the result"), placeholder="1", min_length=1, max_length=9
        )
        self.add_item(self.number)

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Show the result of that number, or the next one after it that may be shown."""
        async with answering(interaction):
            text = self.number.value.strip()
            if not (text.isascii() and text.isdigit()) or int(text) < 1:
                raise NotShownError(_("Please give a whole number from 1 on."))
            finder = finder_of(interaction)
            await self._button.turn(interaction, lambda: finder.result(self._search, int(text)))


def _label(verb: Verb) -> str:
    labels: dict[Verb, str] = {
        "prev": "◀",
        "next": "▶",
        "jump": _("Go to…"),
        "any": _("Any"),
        "another": _("Another"),
        "remove": _("Remove"),
    }
    return labels[verb]
