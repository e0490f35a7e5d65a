"""Buttons that work after a restart: their state is in the message itself.

A button's `custom_id` is `m1:<verb>:<site>:<requester id>:<page>`, and `m1:<verb>:<site>:<post>`
where it concerns the post alone; under an answer of the age-restricted commands `:m` follows. The
words of the search are in the embed's link (`bot.ui.search`). All is read and checked anew at
each press, and what may be shown there is judged anew.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal, Self, cast

import discord
import structlog

from bot.catalogue import CATALOGUE
from bot.posts.shown import shown_tags
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.embeds import plain_post, post_embed
from bot.ui.finder import Finder, Found
from bot.ui.gallery import gallery
from bot.ui.gallery_buttons import RevealButton, page_button
from bot.ui.here import check_current, policy_here
from bot.ui.host import host_of
from bot.ui.kept import Kept
from bot.ui.mute import MuteButton, MuteChoice
from bot.ui.pace import in_pace
from bot.ui.report import ReportButton
from bot.ui.report_choice import ReportChoice, SeveralReportButton
from bot.ui.search import Search, read_link
from bot.ui.sieve import hidden_text

Verb = Literal["prev", "next", "jump", "any", "another", "remove"]

#: How long the small window that asks for a number is waited for, in seconds.
_JUMP_SECONDS = 300.0
_LAST_PAGE = 10**9 - 1
#: Discord's code for a body that it does not take.
_INVALID_BODY = 50035

_log = structlog.get_logger(__name__)


def finder_of(interaction: discord.Interaction) -> Finder:
    """Return the finder of the client that received `interaction`."""
    return host_of(interaction).finder


async def show(
    interaction: discord.Interaction[Any], found: Found, *, mature: bool = False
) -> None:
    """Put a picture in the answer, with its buttons for whoever asked.

    `mature` is whether an age-restricted command asked for it. Raises NotShownError where what
    may be shown changed since the post was verified (reference: safety, 3.6).

    A post to be spoilered that no search brought is a gallery message; one among others is an
    embed like them, without its picture: a message cannot change back (reference: safety, 3.5).
    Should Discord refuse it, the whole credit is shown in its plainest form (reference: safety,
    4): one bad address makes it refuse a whole message.
    """
    requester = interaction.user.id
    await check_current(interaction, found.post, mature=mature)
    try:
        if found.post.spoiler and found.search is None:
            buttons = _buttons(found, requester, mature=mature)
            view = gallery([found.post], buttons, above=found.note)
            await interaction.edit_original_response(view=view)
        else:
            await interaction.edit_original_response(
                embed=picture_embed(found), view=picture_view(found, requester, mature=mature)
            )
    except discord.HTTPException as refusal:
        if refusal.code != _INVALID_BODY:
            raise
        _log.warning("Discord refused a post", post=found.post.post.key, error=refusal.text)
        await interaction.edit_original_response(
            content=plain_post(found.post), embed=None, view=_plain_view(found, requester)
        )
    if found.hidden:
        await interaction.followup.send(hidden_text(found.hidden), ephemeral=True)


def picture_embed(found: Found) -> discord.Embed:
    """Return the embed of what was found."""
    return post_embed(
        found.post,
        heading=(
            ", ".join(shown_tags(found.search.text.split(","))) if found.search else found.note
        ),
        link=found.link,
        position=found.position,
        total=found.total,
    )


def picture_view(found: Found, requester: int, *, mature: bool = False) -> discord.ui.View:
    """Return the buttons under a picture."""
    view = discord.ui.View(timeout=None)
    for button in _buttons(found, requester, mature=mature):
        view.add_item(button)
    return view


def _plain_view(found: Found, requester: int) -> discord.ui.View:
    """Return the buttons of a post without its embed, which alone holds what was searched for."""
    view = discord.ui.View(timeout=None)
    for button in _post_buttons(found, requester):
        view.add_item(button)
    return view


def _buttons(
    found: Found, requester: int, *, mature: bool = False
) -> Iterator[discord.ui.Item[Any]]:
    """Yield the buttons under a picture: its pager, then what concerns the one post."""
    site = found.post.post.site

    def state(verb: Verb, *, disabled: bool = False) -> StateButton:
        page = min(found.position or 0, _LAST_PAGE)
        return StateButton(verb, site, requester, page, mature=mature, disabled=disabled)

    if found.position is not None:
        yield state("prev", disabled=found.position <= 1)
        yield state("next", disabled=found.total is not None and found.position >= found.total)
        yield state("jump")
        yield state("any")
    elif found.search is not None:
        yield state("another")
    if found.post.spoiler and found.search is not None:
        yield RevealButton(site, found.post.post.id, mature=mature)
    yield from _post_buttons(found, requester)


def _post_buttons(found: Found, requester: int) -> Iterator[discord.ui.Item[Any]]:
    """Yield the buttons that concern the one post alone."""
    if (page := page_button(found.post)) is not None:
        yield page
    yield ReportButton.of(found.post)
    yield StateButton(
        "remove", found.post.post.site, requester, min(found.position or 0, _LAST_PAGE)
    )


class StateButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=(
        r"m1:(?P<verb>prev|next|jump|any|another|remove):(?P<site>[a-z]+)"
        r":(?P<requester>[0-9]{1,20}):(?P<page>[0-9]{1,9})(?P<mature>:m)?\Z"
    ),
):
    """One button under a picture."""

    def __init__(
        self,
        verb: Verb,
        site: str,
        requester: int,
        page: int,
        *,
        mature: bool = False,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            discord.ui.Button(
                label=_label(verb),
                custom_id=f"m1:{verb}:{site}:{requester}:{page}" + (":m" if mature else ""),
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
        self.mature = mature

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        verb = cast("Verb", match["verb"])
        requester, page = int(match["requester"]), int(match["page"])
        return cls(verb, match["site"], requester, page, mature=match["mature"] is not None)

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
            policy = await policy_here(interaction, mature=self.mature)
            wishes: dict[Verb, Callable[[], Awaitable[Found]]] = {
                "prev": lambda: finder.result(search, self.page - 1, policy, step=-1),
                "next": lambda: finder.result(search, self.page + 1, policy),
                "any": lambda: finder.anywhere(search, policy),
                "another": lambda: finder.draw(search, policy),
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
        await show(interaction, await wish(), mature=self.mature)

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
            if not await in_pace(interaction):
                return
            if not (text.isascii() and text.isdigit()) or int(text) < 1:
                raise NotShownError(_("Please give a whole number from 1 on."))
            finder = finder_of(interaction)
            policy = await policy_here(interaction, mature=self._button.mature)
            await self._button.turn(
                interaction, lambda: finder.result(self._search, int(text), policy)
            )


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


#: Every button whose state is in its `custom_id`; the client must know them after a restart.
BUTTONS = (
    StateButton, RevealButton, ReportButton, SeveralReportButton, ReportChoice, MuteButton,
    MuteChoice,
)  # fmt: skip
