"""`/ponyaggregate submission`: what the operator submits, changes, imports and deletes there."""

import discord
from discord import app_commands

from bot.client import MailmareBot
from bot.posts.importable import Importable
from bot.sites import PonyAggregate
from bot.sites.ponyaggregate import Imported, Rating, Revision, Submission, SubmissionType
from bot.sites.ponyaggregate_requests import check_key
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.ponyaggregate import archive_for, at_work, import_embed, key_text, made_text, note_deed
from bot.ui.ponyaggregate_delete import DeleteButton, delete_text
from cogs.for_operator import ForOperator
from cogs.options import Address
from cogs.ponyaggregate_options import (
    RATINGS,
    SUBMISSION,
    TURNSTILE,
    TYPES,
    ThingId,
    Turnstile,
    given,
    read_date,
    read_key,
    read_page,
    read_thumbnail,
    read_words,
)

_TAGS = _("Its tags, with commas between them.")
_SOURCE = _("The address of the original.")
_CREATOR = _("Who made it.")
_DATE = _("When the original was published, such as 2026-11-22.")
_THUMBNAIL = _("A small picture of it.")
_TYPE = _("What it is.")


class Submissions(ForOperator, app_commands.Group):
    """The submissions of the operator's account."""

    def __init__(self, bot: MailmareBot) -> None:
        super().__init__(name="submission", description=_("Submissions of the account."))
        self._bot = bot

    @app_commands.command(description=_("Submit something."))
    @app_commands.describe(
        name=_("Its name."),
        description=_("What there is to say about it."),
        rating=_("Its rating there."),
        kind=_TYPE,
        attachments=_("What /ponyaggregate attach named, with commas between them."),
        tags=_TAGS,
        source=_SOURCE,
        creator=_CREATOR,
        date=_DATE,
        thumbnail=_THUMBNAIL,
        turnstile=TURNSTILE,
    )
    @app_commands.rename(kind="type")
    @app_commands.choices(rating=RATINGS, kind=TYPES)
    async def new(
        self,
        interaction: discord.Interaction,
        name: str,
        description: str,
        rating: str,
        kind: str,
        *,
        attachments: str = "",
        tags: str = "",
        source: str = "",
        creator: str = "",
        date: str = "",
        thumbnail: discord.Attachment | None = None,
        turnstile: Turnstile | None = None,
    ) -> None:
        """Create a submission, and say which."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            submission = Submission(
                name=name,
                description=description,
                rating=Rating(rating),
                submission_type=SubmissionType(kind),
                **given(
                    attachments=read_words(attachments),
                    tags=read_words(tags),
                    source=source,
                    creator=creator,
                    original_date=read_date(date),
                ),
                **await read_thumbnail(self._bot, thumbnail),
            )
            await self._submit(interaction, archive, submission, turnstile)

    @app_commands.command(description=_("Change a submission; what you leave out stays."))
    @app_commands.describe(
        submission=SUBMISSION,
        name=_("Its new name."),
        description=_("What there is to say about it now."),
        rating=_("Its new rating."),
        kind=_TYPE,
        add=_("Attachments that come to it, with commas between them."),
        remove=_("Attachments that go from it, with commas between them."),
        tags=_TAGS,
        source=_SOURCE,
        creator=_CREATOR,
        date=_DATE,
        thumbnail=_THUMBNAIL,
        turnstile=TURNSTILE,
    )
    @app_commands.rename(kind="type", add="add_attachments", remove="remove_attachments")
    @app_commands.choices(rating=RATINGS, kind=TYPES)
    async def revise(
        self,
        interaction: discord.Interaction,
        submission: ThingId,
        *,
        name: str = "",
        description: str = "",
        rating: str | None = None,
        kind: str | None = None,
        add: str = "",
        remove: str = "",
        tags: str = "",
        source: str = "",
        creator: str = "",
        date: str = "",
        thumbnail: discord.Attachment | None = None,
        turnstile: Turnstile | None = None,
    ) -> None:
        """Change what was given."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            revision = Revision(
                **given(
                    name=name,
                    description=description,
                    rating=Rating(rating) if rating else None,
                    submission_type=SubmissionType(kind) if kind else None,
                    new_attachments=read_words(add),
                    removed_attachments=read_words(remove),
                    tags=read_words(tags),
                    source=source,
                    creator=creator,
                    original_date=read_date(date),
                ),
                **await read_thumbnail(self._bot, thumbnail),
            )
            if revision == Revision():
                raise NotShownError(_("Please give something that is to change."))
            key = read_key(submission)
            await archive.submission_revise(key, revision, turnstile=turnstile)
            note_deed(interaction, submission=key)
            text = _("Submission {id} is changed.").format(id=key_text(key))
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("Delete a submission for good; I ask once more."))
    @app_commands.describe(submission=SUBMISSION)
    async def delete(self, interaction: discord.Interaction, submission: ThingId) -> None:
        """Ask whether it is meant."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            key = check_key(archive.site, read_key(submission))
            view = discord.ui.View(timeout=None)
            view.add_item(DeleteButton(key))
            await interaction.edit_original_response(content=delete_text(key), view=view)

    @app_commands.command(
        name="import", description=_("Let PonyAggregate fetch from Derpibooru or Pony.Tube.")
    )
    @app_commands.describe(
        page=_("The page's address, or the number or id in it."),
        submit=_("Make a submission of it at once; otherwise I only show what it would be."),
        turnstile=TURNSTILE,
        submit_turnstile=_("A second token, for the submission: each is good for one request."),
    )
    async def import_page(
        self,
        interaction: discord.Interaction,
        page: Address,
        turnstile: Turnstile | None = None,
        submit_turnstile: Turnstile | None = None,
        *,
        submit: bool = False,
    ) -> None:
        """Show what the site found, and submit that where it is wanted."""
        async with at_work(interaction):
            archive = await archive_for(interaction)
            imported = await _import(archive, read_page(self._bot, page), turnstile)
            note_deed(interaction, attachment=imported.attachment.uuid)
            # It stays above whatever becomes of the submission: the file is on the site now.
            text = _(
                "The file is on {site}. `/ponyaggregate submission new` makes a submission of this"
                " attachment; with `submit:True`, this command does both at once."
            )
            await interaction.edit_original_response(
                content=None if submit else text.format(site=archive.site.title),
                embed=import_embed(imported, archive.site),
            )
            if submit:
                await self._submit(interaction, archive, imported.as_submission(), submit_turnstile)

    async def _submit(
        self,
        interaction: discord.Interaction,
        archive: PonyAggregate,
        submission: Submission,
        turnstile: str | None,
    ) -> None:
        key = await archive.submission_new(submission, turnstile=turnstile)
        note_deed(interaction, submission=key)
        await interaction.edit_original_response(content=made_text(key, archive.site))


async def _import(archive: PonyAggregate, found: Importable, turnstile: str | None) -> Imported:
    if found.origin == "Derpibooru":
        return await archive.import_derpibooru(int(found.id), turnstile=turnstile)
    return await archive.import_ponytube(found.id, turnstile=turnstile)
