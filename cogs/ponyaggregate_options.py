"""What the operator's commands for PonyAggregate take, and how it is read."""

import re
from datetime import UTC, datetime
from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot.client import MailmareBot
from bot.posts.importable import Importable, read_importable
from bot.sites import CATALOGUE
from bot.sites.ponyaggregate import Rating, SubmissionType
from bot.sites.ponyaggregate_requests import MOST_THUMBNAIL, Key
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.ponyaggregate import unknown_page_text

#: Cloudflare's tokens are no longer.
Turnstile: TypeAlias = app_commands.Range[str, 1, 2048]
ThingId: TypeAlias = app_commands.Range[str, 1, 64]

RATINGS = [app_commands.Choice(name=one.value, value=one.value) for one in Rating]
TYPES = [app_commands.Choice(name=one.value, value=one.value) for one in SubmissionType]

TURNSTILE = _("A Turnstile token that you obtained in your browser, where the site wants one.")
SUBMISSION = _("The submission's id.")
LIST = _("The list's id.")

_NUMBER = re.compile(r"[1-9][0-9]{0,15}")


def read_key(text: str) -> Key:
    """Return an id as it is sent: a number where it is written as one (seed S0 does not say)."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else text


def read_keys(text: str) -> tuple[Key, ...]:
    """Return ids that stand with commas or spaces between them."""
    return tuple(read_key(part) for part in re.split(r"[,\s]+", text) if part)


def read_words(text: str) -> tuple[str, ...]:
    """Return tags or names that stand with commas between them, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def read_date(text: str) -> datetime | None:
    """Return a date, or date and time, in UTC where no zone is named; `None` for nothing."""
    if not text.strip():
        return None
    try:
        date = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotShownError(_("A date is written as 2026-11-22.")) from None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def read_page(bot: MailmareBot, page: str) -> Importable:
    """Return what a page's address or an id is of; raises NotShownError with what is known."""
    derpibooru = CATALOGUE["derpibooru"]
    own = bot.finder.sites.rows.get(derpibooru.name, derpibooru)
    found = read_importable(page, (derpibooru, own))
    if found is None:
        raise NotShownError(unknown_page_text(derpibooru))
    return found


async def read_thumbnail(bot: MailmareBot, file: discord.Attachment | None) -> dict[str, Any]:
    """Return the fields of a submission that a picture given as its thumbnail is."""
    if file is None:
        return {}
    mime = mime_of(file)
    if not mime.startswith("image/") or file.size > MOST_THUMBNAIL:
        raise NotShownError(
            _("A thumbnail is a picture of at most {most} MiB.").format(
                most=MOST_THUMBNAIL // 1024**2
            )
        )
    picture = await bot.attachments.read(file, MOST_THUMBNAIL)
    return {"thumbnail": picture, "thumbnail_mime": mime}


def mime_of(file: discord.Attachment) -> str:
    """Return an attachment's type without parameters; bytes where Discord does not know it."""
    return (file.content_type or "").partition(";")[0].strip() or "application/octet-stream"


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that were given; nothing can be set to nothing by a command."""
    return {name: value for name, value in fields.items() if value not in (None, "", ())}
