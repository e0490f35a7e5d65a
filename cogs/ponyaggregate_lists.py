"""`/ponyaggregate list` and `collaborators`: the lists of the operator's account."""

import discord
from discord import app_commands

from bot.sites.ponyaggregate import NewSubmissionList, Rating, SubmissionList
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.ponyaggregate import archive_for, at_work, key_text, note_deed
from cogs.for_operator import ForOperator
from cogs.ponyaggregate_options import (
    LIST,
    RATINGS,
    TURNSTILE,
    ThingId,
    Turnstile,
    given,
    read_key,
    read_keys,
    read_words,
)

_PUBLIC = _("Whether everybody may see it.")
_COLLABORATIVE = _("Whether its collaborators may add to it.")
_SUBMISSIONS = _("Ids of submissions, with commas between them.")
_USERS = _("Names of users there, with commas between them.")


class Lists(ForOperator, app_commands.Group):
    """Lists of submissions."""

    def __init__(self) -> None:
        super().__init__(name="list", description=_("Lists of submissions."))

    @app_commands.command(description=_("Make a list; private where you say nothing else."))
    @app_commands.describe(
        name=_("Its name, of up to 100 characters."),
        rating=_("The rating of the list."),
        description=_("What it is about."),
        public=_PUBLIC,
        collaborative=_COLLABORATIVE,
        collaborators=_USERS,
        turnstile=TURNSTILE,
    )
    @app_commands.choices(rating=RATINGS)
    async def new(
        self,
        interaction: discord.Interaction,
        name: app_commands.Range[str, 1, 100],
        rating: str,
        description: str = "",
        collaborators: str = "",
        turnstile: Turnstile | None = None,
        *,
        public: bool = False,
        collaborative: bool = False,
    ) -> None:
        """Make a list, and say which."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            made = NewSubmissionList(
                name=name,
                rating=Rating(rating),
                public=public,
                collaborative=collaborative,
                **given(description=description, collaborative_usernames=read_words(collaborators)),
            )
            key = await archive.list_new(made, turnstile=turnstile)
            note_deed(interaction, list=key)
            if key is None:
                text = _("The list is made. {site} did not tell its id: see your account.").format(
                    site=archive.site.title
                )
            else:
                text = _("List {id} is made.").format(id=key_text(key))
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("Change a list; what you leave out stays."))
    @app_commands.describe(
        target=LIST,
        name=_("Its new name, of up to 100 characters."),
        rating=_("Its new rating."),
        description=_("What it is about now."),
        public=_PUBLIC,
        collaborative=_COLLABORATIVE,
        turnstile=TURNSTILE,
    )
    @app_commands.rename(target="list")
    @app_commands.choices(rating=RATINGS)
    async def edit(
        self,
        interaction: discord.Interaction,
        target: ThingId,
        name: app_commands.Range[str, 1, 100] | None = None,
        rating: str | None = None,
        description: str = "",
        turnstile: Turnstile | None = None,
        *,
        public: bool | None = None,
        collaborative: bool | None = None,
    ) -> None:
        """Change what was given."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            changed = SubmissionList(
                **given(
                    name=name,
                    rating=Rating(rating) if rating else None,
                    description=description,
                    public=public,
                    collaborative=collaborative,
                )
            )
            if changed == SubmissionList():
                raise NotShownError(_("Please give something that is to change."))
            await archive.list_edit(read_key(target), changed, turnstile=turnstile)
            await _told(interaction, target)

    @app_commands.command(description=_("Put submissions on a list."))
    @app_commands.describe(target=LIST, submissions=_SUBMISSIONS)
    @app_commands.rename(target="list")
    async def add(
        self, interaction: discord.Interaction, target: ThingId, submissions: str
    ) -> None:
        """Put submissions on it."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            await archive.list_add(read_key(target), read_keys(submissions))
            await _told(interaction, target)

    @app_commands.command(description=_("Take submissions from a list."))
    @app_commands.describe(target=LIST, submissions=_SUBMISSIONS)
    @app_commands.rename(target="list")
    async def remove(
        self, interaction: discord.Interaction, target: ThingId, submissions: str
    ) -> None:
        """Take submissions from it."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            await archive.list_remove(read_key(target), read_keys(submissions))
            await _told(interaction, target)


class Collaborators(ForOperator, app_commands.Group):
    """Who else may add to a list."""

    def __init__(self) -> None:
        super().__init__(name="collaborators", description=_("Who else may add to a list."))

    @app_commands.command(description=_("Let users add to a list."))
    @app_commands.describe(target=LIST, users=_USERS)
    @app_commands.rename(target="list")
    async def add(self, interaction: discord.Interaction, target: ThingId, users: str) -> None:
        """Let users add to it."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            await archive.collaborators_add(read_key(target), read_words(users))
            await _told(interaction, target)

    @app_commands.command(description=_("Let users no longer add to a list."))
    @app_commands.describe(target=LIST, users=_USERS)
    @app_commands.rename(target="list")
    async def remove(self, interaction: discord.Interaction, target: ThingId, users: str) -> None:
        """Let users no longer add to it."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            await archive.collaborators_remove(read_key(target), read_words(users))
            await _told(interaction, target)


async def _told(interaction: discord.Interaction, target: str) -> None:
    """Log and say that a list was changed."""
    note_deed(interaction, list=read_key(target))
    text = _("List {id} is changed.").format(id=key_text(target))
    await interaction.edit_original_response(content=text)
