"""`/mature`: the boards' pictures that are not for everybody, where all agree to them.

A deployment of the profile `full` alone has it (rule D7). Discord offers it in age-restricted
channels only; what is shown is decided anew by each answer and press (rules D4 and D6).
"""

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.catalogue import CATALOGUE
from bot.client import MailmareBot
from bot.safety import SAFE, Profile
from bot.store import StoreError
from bot.texts import _
from bot.ui.completion import complete_query
from bot.ui.here import policy_here
from bot.ui.search import Search
from cogs.boards import SORTS, answer_post, answer_random, answer_search
from cogs.options import BoardId, Query

_BOARDS = [
    app_commands.Choice(name=site.title, value=name)
    for name, site in CATALOGUE.items()
    if site.dialect is not None
]

_log = structlog.get_logger(__name__)


class Mature(
    commands.GroupCog,
    group_name="mature",
    group_description=_("Pictures that are not for everybody; for age-restricted channels."),
    group_nsfw=True,
):
    """Search, random and post of every board, under the real verdict of the place."""

    def __init__(self, bot: MailmareBot) -> None:
        self._finder = bot.finder

    @app_commands.command(description=_("Search a board, and page through the results."))
    @app_commands.describe(
        site=_("The board."),
        query=_("A search as on the site, such as: twilight sparkle, (cute OR solo), -sad"),
        sort=_("The order of the results; newest first if you do not say."),
    )
    @app_commands.choices(site=_BOARDS, sort=SORTS)
    async def search(
        self, interaction: discord.Interaction, site: str, query: Query, sort: str | None = None
    ) -> None:
        """Answer with the first result and the buttons to reach the others."""
        search = Search(site, query, sort or "")
        await answer_search(interaction, self._finder, search, mature=True)
        await _explain(interaction)

    @app_commands.command(description=_("A random picture of a board, and another, and another."))
    @app_commands.describe(
        site=_("The board."),
        query=_("A search as on the site; leave it out for any picture."),
        sort=_("Draw from the first 50 in this order instead of from all."),
    )
    @app_commands.choices(site=_BOARDS, sort=SORTS)
    async def random(
        self,
        interaction: discord.Interaction,
        site: str,
        query: Query = "",
        sort: str | None = None,
    ) -> None:
        """Answer with a random result and the button for another."""
        search = Search(site, query, sort or "")
        await answer_random(interaction, self._finder, search, mature=True)
        await _explain(interaction)

    @search.autocomplete("query")
    @random.autocomplete("query")
    async def complete_query(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the query with its last tag completed, by the real verdict of the place."""
        site = interaction.namespace.site
        return await complete_query(interaction, current, site, mature=True, sent=True)

    @app_commands.command(description=_("One picture by its number."))
    @app_commands.describe(
        site=_("The board."), number=_("The number in the address of the picture's page.")
    )
    @app_commands.rename(number="id")
    @app_commands.choices(site=_BOARDS)
    async def post(self, interaction: discord.Interaction, site: str, number: BoardId) -> None:
        """Answer with the post of that number, if it may be shown."""
        await answer_post(interaction, self._finder, site, number, mature=True)
        await _explain(interaction)


async def _explain(interaction: discord.Interaction) -> None:
    """Say privately why only safe pictures are shown, where that is so."""
    try:
        policy = await policy_here(interaction, mature=True)
        if policy.ratings == SAFE.ratings:
            text = _(
                "Only pictures that are safe for everybody are shown here. For more, the channel"
                " must be age-restricted and a manager must allow it with `/server ratings`."
            )
            await interaction.followup.send(text, ephemeral=True)
    except (StoreError, discord.HTTPException) as failure:
        # The answer itself said so already, if there was anybody to hear it.
        _log.info("not explained why only safe pictures are shown", error=type(failure).__name__)


async def setup(bot: commands.Bot) -> None:
    """Add the commands where the deployment has them (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    if bot.policies.profile is Profile.FULL:
        await bot.add_cog(Mature(bot))
