"""What is said of PonyAggregate: to members how to import there, to the operator what became."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import structlog

from bot.catalogue import PONYAGGREGATE, Site
from bot.posts.importable import Importable
from bot.posts.text import inline_code, safe_text
from bot.sites import KeyRefused, NeedsBrowser, PonyAggregate, Refused, SiteError, Unconfirmed
from bot.sites.ponyaggregate import Imported, User
from bot.sites.ponyaggregate_requests import Key
from bot.texts import _
from bot.ui.answers import NotShownError, answering, failure_text, think
from bot.ui.command_tally import Outcome, note_outcome
from bot.ui.embeds import FIELD_VALUE, TITLE, said
from bot.ui.host import host_of
from bot.ui.progress import tell_end

_ID = 100

_log = structlog.get_logger(__name__)


# ------------------------------------------------------------------------------- for everybody


def import_text(found: Importable, site: Site) -> str:
    """Return how a person brings a picture or video to PonyAggregate in a browser (rule L15).

    What to enter there are the fields of its own import (seed S0); it names no page for it.
    """
    if found.origin == "Derpibooru":
        entered = _("its number, {id}")
        credit = _(
            "As creator it fills in who uploaded the picture to Derpibooru: please put the artist"
            " there, whom the `artist:` tags name."
        )
    else:
        entered = _("its id, {id}")
        credit = _("As creator it fills in who uploaded the video: please check who made it.")
    lines = (
        _("{site} takes this from {origin} itself, but only for a person in a browser.").format(
            site=site.title, origin=found.origin
        ),
        _(
            "Open it with the button, log in, and look for the import from {origin} where a new"
            " submission is made. What it asks for is {entered}."
        ).format(origin=found.origin, entered=entered.format(id=inline_code(found.id, _ID))),
        credit,
    )
    return "\n".join(lines)


def unknown_page_text(derpibooru: Site) -> str:
    """Return what is said to a link that PonyAggregate cannot import from."""
    return _(
        "PonyAggregate imports from Derpibooru and Pony.Tube. I know links to their pages, such as"
        " <{image}> and <https://pony.tube/w/…>, and the numbers and ids in them."
    ).format(image=derpibooru.page_url(123))


def site_view(site: Site) -> discord.ui.View:
    """Return a button that opens the site's front page."""
    view = discord.ui.View(timeout=None)
    label = _("Open {site}").format(site=site.title)
    view.add_item(discord.ui.Button(label=label, url=f"https://{site.domain}/"))
    return view


# ----------------------------------------------------------------------------- for the operator


@asynccontextmanager
async def at_work(interaction: discord.Interaction[Any]) -> AsyncIterator[None]:
    """Tell privately what fails of the operator's work, and what there is to do then.

    A site is asked only after `archive_for`, so there is a private "thinking…" to complete.
    """
    async with answering(interaction):
        try:
            yield
        except SiteError as failure:
            if isinstance(failure, Unconfirmed):
                note_deed(interaction, unconfirmed=True)
            site = host_of(interaction).finder.sites.rows[failure.site]
            text = "\n".join(filter(None, (failure_text(failure), advice(failure, site))))
            note_outcome(interaction, Outcome.DECLINED)
            await tell_end(interaction, text)


async def archive_for(interaction: discord.Interaction[Any]) -> PonyAggregate:
    """Acknowledge a wish of the operator's and return the account; who asks was checked.

    Raises NotShownError where the site is switched off or has no key, with what to do.
    """
    await think(interaction, private=True)
    host = host_of(interaction)
    if PONYAGGREGATE.name not in host.finder.sites.rows:
        raise NotShownError(_("This site is switched off here."))
    archive = host.finder.sites.ponyaggregate
    if archive.site.name in (await host.policies.switches()).sites:
        raise NotShownError(
            _("{site} is switched off; `/operator site on` switches it on again.").format(
                site=archive.site.title
            )
        )
    if host.settings.sites[archive.site.name].key is None:
        raise NotShownError(
            _("I have no key for {site}.").format(site=archive.site.title)
            + " "
            + _new_key_text(archive.site)
        )
    return archive


def advice(failure: SiteError, site: Site) -> str:
    """Return what the operator can do about a failure that its own message leaves open."""
    match failure:
        case Unconfirmed():
            return _("Your account on <https://{domain}/> shows whether it was done.").format(
                domain=site.domain
            )
        case NeedsBrowser():
            return _(
                "Or give the Turnstile token that you obtained there yourself as `turnstile`; each"
                " is good for one request. I never make one up."
            )
        case KeyRefused():
            return _new_key_text(site)
        case Refused() if failure.until is None:
            return _("What belongs to somebody else there is not yours to change.")
        case _:
            return ""


def _new_key_text(site: Site) -> str:
    """Return how the operator comes to a key (seed S0); one that was refused is not used again."""
    return _(
        "Make a new one on your account's page for API access, put it into {setting} and restart"
        " me."
    ).format(setting=f"`MAILMARE_{site.name.upper()}_KEY`")


def note_deed(interaction: discord.Interaction[Any], **facts: object) -> None:
    """Log what was done with the operator's key, as the operator's switches are."""
    command = interaction.command.qualified_name if interaction.command else None
    _log.warning("the operator's account was used", command=command, **facts)


def key_text(key: Key) -> str:
    """Return the id of a submission, list or file as it is shown."""
    return inline_code(str(key), _ID) or "-"


def brought_text(name: str, attachment: Key, site: Site) -> str:
    """Return that the file called `name` was brought to the site, and what to do with it."""
    return _("{name} is on {site}: give {id} as attachment of a submission.").format(
        name=safe_text(name, _ID), site=site.title, id=key_text(attachment)
    )


def made_text(key: Key | None, site: Site) -> str:
    """Return that a submission was made, and where it is."""
    if key is None:
        return _("The submission is made. {site} did not tell its id: see your account.").format(
            site=site.title
        )
    text = _("Submission {id} is made.").format(id=key_text(key))
    return f"{text} <{site.page_url(key)}>" if isinstance(key, int) else text


def import_embed(imported: Imported, site: Site) -> discord.Embed:
    """Return what an import found out. Its picture is not shown: nothing has verified it."""
    found = imported.submission
    embed = discord.Embed(
        title=safe_text(found.name, TITLE) or _("Without a name"), colour=site.colour
    )
    creator = safe_text(imported.as_submission().creator or "", FIELD_VALUE)
    source = safe_text(found.source or "", FIELD_VALUE)
    embed.add_field(name=_("Type"), value=str(found.type))
    embed.add_field(name=_("Rating"), value=str(found.rating))
    embed.add_field(name=_("Creator"), value=creator or _("nobody is named"))
    embed.add_field(name=_("Source"), value=source or _("no source given"), inline=False)
    attachment = key_text(imported.attachment.uuid)
    embed.add_field(name=_("Attachment"), value=attachment, inline=False)
    return embed


def user_text(user: User, site: Site) -> str:
    """Return whose key it is, as far as the site tells."""
    told = (said(part) for part in (user.username, user.id, user.role))
    parts = [text for part in told if part is not None and (text := safe_text(str(part), _ID))]
    if not parts:
        return _("{site} takes the key, and does not tell whose it is.").format(site=site.title)
    return _("On {site} the key is of: {user}").format(site=site.title, user=", ".join(parts))
