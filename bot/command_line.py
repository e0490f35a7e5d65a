"""What all commands share: where their settings come from, and how they end."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from bot.exit_codes import Exit
from bot.settings import Settings, SettingsError, load
from bot.texts import _

if TYPE_CHECKING:
    from bot.sites import SiteError

#: Settings of the working directory, under those of the environment.
DOTENV = Path(".env")


def settings_or_refuse() -> Settings:
    """Return the settings; where they cannot be used, end the process with all that is wrong."""
    try:
        return load(os.environ, DOTENV)
    except SettingsError as error:
        refuse(str(error), Exit.CONFIGURATION)


def refuse(message: str, status: Exit) -> NoReturn:
    """End the process with a message on the standard error stream."""
    typer.echo(message, err=True)
    end(status)


def refuse_for_site(error: "SiteError") -> NoReturn:
    """End the process with what came of asking a site, and the status that fits."""
    from bot.sites import BadRequest, Busy, CoolingDown, Unavailable

    if isinstance(error, BadRequest):
        refuse(error.message, Exit.USAGE)
    text = error.message
    if error.until is not None:
        until = error.until.astimezone().isoformat(" ", "seconds")
        text = _("{message} Not before {until}.").format(message=text, until=until)
    later = isinstance(error, CoolingDown | Busy | Unavailable)
    refuse(text, Exit.UNAVAILABLE if later else Exit.FAILED)


def end(status: Exit) -> NoReturn:
    """End the process with that exit status."""
    raise typer.Exit(int(status))
