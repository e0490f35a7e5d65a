"""Answering in time, and saying what went wrong to the one person who asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import discord
import structlog

from bot.catalogue import CATALOGUE
from bot.posts.text import safe_text
from bot.query.errors import QueryError, place
from bot.safety import Refusal
from bot.sites.errors import SiteError
from bot.store import StoreError
from bot.texts import RefusedError, _
from bot.ui.command_tally import Outcome, note_outcome
from bot.ui.speech import speak_to_person

_log = structlog.get_logger(__name__)

_PRIVATE = "mailmare.private"
#: How much of a query is shown on each side of the place that is wrong, in characters.
_AROUND = 30


class NotShownError(RefusedError):
    """There is nothing to show; `message` tells a person why and what to do."""


async def think(interaction: discord.Interaction[Any], *, private: bool = False) -> None:
    """Acknowledge a command at once; the answer follows (fault F10).

    What is `private` is said in the language of who asked from here on.
    """
    interaction.extras[_PRIVATE] = private
    if private:
        speak_to_person(interaction)
    await interaction.response.defer(ephemeral=private, thinking=True)


@asynccontextmanager
async def answering(interaction: discord.Interaction[Any], query: str = "") -> AsyncIterator[None]:
    """Tell a failure of what is inside to the person who asked, privately and usefully.

    Failures that are part of life end here, with `query` to point at what is wrong in it;
    anything else is told without detail and raised on.
    """
    try:
        yield
    except (SiteError, QueryError, RefusedError) as failure:
        note_outcome(interaction, Outcome.DECLINED)
        await tell(interaction, failure_text(failure, query))
    except StoreError as failure:
        note_outcome(interaction, Outcome.FAILED)
        # What it says is for the operator: it names files.
        _log.error("the database failed", error=str(failure))
        await tell(interaction, _("I cannot get at my notes just now. Please try again later."))
    except discord.NotFound as failure:
        note_outcome(interaction, Outcome.GONE)
        # The interaction ran out, or somebody removed the message meanwhile: nobody to tell.
        _log.info("interaction is gone", code=failure.code)
    except Exception:
        await tell(interaction, _("Something went wrong here. It is noted for the operator."))
        raise


async def tell(interaction: discord.Interaction[Any], text: str) -> None:
    """Say `text` to the person who asked and to nobody else."""
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True)
            return
        thinking = (
            interaction.response.type is discord.InteractionResponseType.deferred_channel_message
        )
        if thinking and interaction.extras.get(_PRIVATE):
            await interaction.edit_original_response(content=text)
            return
        if thinking:
            # The first follow-up completes the public "thinking…" and would be public with it:
            # that is completed with nothing to read and taken away.
            await interaction.edit_original_response(content="…")
        await interaction.followup.send(text, ephemeral=True)
        if thinking:
            await interaction.delete_original_response()
    except discord.HTTPException as failure:
        _log.info("a failure could not be told", status=failure.status, code=failure.code)


def failure_text(failure: SiteError | QueryError | RefusedError, query: str = "") -> str:
    """Return what to say about `failure`: what is wrong, what to do, and from when."""
    if isinstance(failure, QueryError):
        return _query_error_text(failure, query)
    if isinstance(failure, RefusedError):
        return failure.message
    site = CATALOGUE.get(failure.site)
    text = safe_text(failure.message, 1000)
    if site is not None and site.title not in failure.message:
        text = _("**{site}**: {message}").format(site=site.title, message=text)
    lines = [text]
    if failure.until is not None:
        lines.append(_("Ask again {when}.").format(when=instant(failure.until)))
    return "\n".join(lines)


def instant(when: datetime) -> str:
    """Return `when` in the reader's own time and relative to now, and in UTC as text."""
    stamp = int(when.timestamp())
    return _("<t:{stamp}:R>, after <t:{stamp}:t> ({utc} UTC)").format(
        stamp=stamp, utc=when.strftime("%H:%M:%S")
    )


def refusal_text(refusal: Refusal) -> str:
    """Return why a post is not shown."""
    return _("This post is not shown: {reason}").format(reason=refusal.reason)


def _query_error_text(error: QueryError, query: str) -> str:
    """Say what is wrong with a query, pointing at the place in it."""
    lines = [error.message]
    if query and error.end > error.start:
        line, position = place(query, error.start)
        # Most say the place themselves.
        placed = _("line {line}, position {position}: {reason}").format(
            line=line, position=position, reason=error.message
        )
        said = error.message.startswith(placed.removesuffix(error.message))
        lines = [error.message if said else placed, _pointer(query, error.start, error.end)]
    if error.hint:
        # Discord would take a backslash of the boards' language for its own.
        lines.append(error.hint.replace("\\", "\\\\"))
    return "\n".join(lines)


def _pointer(text: str, start: int, end: int) -> str:
    """Show the part of `text` round `start` with carets under what is wrong."""
    line = "".join(char if char.isprintable() and char != "`" else " " for char in text)
    left, right = max(0, start - _AROUND), min(len(line), start + _AROUND)
    before = "…" if left else ""
    after = "…" if right < len(line) else ""
    carets = "^" * max(1, min(end, right) - start)
    indent = " " * (len(before) + start - left)
    return f"```\n{before}{line[left:right]}{after}\n{indent}{carets}\n```"
